"""What a user does in the demo between two runs: an order, the clock moved, and with `publish` a version of their own."""

import sys
from datetime import timedelta

from shuke.surfaces.cli import session


def main() -> None:
    """Do it in the deployment of SHUKE_HOME."""
    with session.opened():
        from shuke.foundation import clock
        from shuke.rooms.org.contracts import Actor, ActorKind
        from shuke.rooms.programs import facade as programs
        from shuke.rooms.programs.contracts import OrderFact
        from shuke.surfaces.cli.journey.source import household_ref

        actor = Actor(ActorKind.CLI, "tests", "tests")
        if "publish" in sys.argv:
            text = programs.current().text
            programs.publish(text.replace("order.net * tier.multiplier", "order.net * 2"), actor)
            return
        (result,) = programs.record(
            [OrderFact("till", "1", household_ref(1), clock.business_now(), 20_00, 20_00, "USD")], actor
        )
        assert result.refusal is None
        programs.move_clock(clock.business_now() + timedelta(days=40), actor)


if __name__ == "__main__":
    main()
