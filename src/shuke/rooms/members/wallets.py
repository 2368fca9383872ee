"""Passes for the wallets of phones: which wallets there are, and a member's pass for one. Adapters make them."""

from shuke.rooms.members.contracts import PassFace, Wallet, WalletKind, WalletPass

_wallets: dict[WalletKind, Wallet] = {}


def provide(kind: WalletKind, wallet: Wallet) -> None:
    """Say what makes the passes of a wallet; called when the house is wired. Raises nothing."""
    _wallets[kind] = wallet


def provided() -> tuple[WalletKind, ...]:
    """Return the wallets for which passes can be made. Raises nothing."""
    return tuple(kind for kind in WalletKind if kind in _wallets)


def pass_of(kind: WalletKind, face: PassFace) -> WalletPass:
    """Return a pass of one of the `provided` wallets that shows what it is told to. Raises nothing."""
    return _wallets[kind].pass_of(face)
