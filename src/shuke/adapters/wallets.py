"""The wallets that have keys in wallets.toml."""

from collections.abc import Mapping

from shuke.adapters.wallet_apple import AppleWallet
from shuke.adapters.wallet_google import GoogleWallet
from shuke.core.values.errors import Refusal
from shuke.rooms.members.contracts import Wallet, WalletKind


def of_keys(keys: Mapping[str, Mapping[str, str]], origin: str) -> dict[WalletKind, Wallet]:
    """Return the wallets of the tables of wallets.toml.

    Raises: Refusal `settings_invalid`.
    """
    made: dict[WalletKind, Wallet] = {}
    for name, table in keys.items():
        try:
            kind = WalletKind(name)
            made[kind] = AppleWallet.of(table) if kind is WalletKind.APPLE else GoogleWallet.of(table, origin)
        except (KeyError, ValueError) as error:
            detail = f"[{name}] of wallets.toml cannot be used: {error}."
            raise Refusal("settings_invalid", detail, params={"file": f"wallets.toml [{name}]"}) from error
    return made
