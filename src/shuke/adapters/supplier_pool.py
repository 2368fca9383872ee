"""Virtual goods out of codes that were imported: they lie in the mall's own table, so nothing is ever uncertain."""

from shuke.rooms.mall import facade as mall
from shuke.rooms.mall.contracts import Access, Delivered, Supplied, Wanted


class Pool:
    """Gives an order codes of its item; it is asked in the transaction of the order."""

    def deliver(self, wanted: Wanted, access: Access) -> Supplied:  # the pool needs no way in
        """Take as many codes as are wanted, or none; the same again where the order has them."""
        codes = mall.take_cards(wanted)
        return Supplied(Delivered.DELIVERED, codes) if codes else Supplied(Delivered.REFUSED, detail="no codes left")

    def query(self, wanted: Wanted, access: Access) -> Supplied | None:  # asking again does no harm
        """Say nothing: the same order again answers as the first time."""
        return None
