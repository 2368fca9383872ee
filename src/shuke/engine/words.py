"""A sentence in both languages."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """The same in English and in simplified Chinese; `{name}` stands for figures."""

    en: str
    zh: str

    def of(self, **figures: object) -> "Words":
        """Return the sentence with its figures."""
        return Words(self.en.format(**figures), self.zh.format(**figures))

    def as_json(self) -> dict[str, str]:
        """Return both by their language."""
        return {"en": self.en, "zh": self.zh}

    def tell(self, language: str) -> str:
        """Return the sentence in "zh" or "en"."""
        return self.zh if language == "zh" else self.en
