"""Jobs of coupons that somebody asks for; what comes round by itself is said in config/wiring.py."""

from collections.abc import Mapping
from uuid import UUID

from shuke.foundation import clock, jobs
from shuke.rooms.coupons.services import batches


@jobs.job("make_coupons")
def make_coupons(batch_id: str) -> Mapping[str, int]:
    """Make what is left of a batch of codes, a committed chunk at a time."""
    chunks = 1
    while batches.make_chunk(UUID(batch_id), clock.business_now()):
        chunks += 1
    return {"chunks": chunks}
