"""The offer engine: the scenarios of other products in their figures, and what holds for every cart."""

import random
from fractions import Fraction
from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuke.core.offers.choosing import best
from shuke.core.offers.model import (
    Amount,
    Base,
    Bundle,
    Cart,
    CartLine,
    Deal,
    EachPiece,
    Grain,
    Group,
    Limits,
    Measure,
    Minimum,
    Mode,
    Offer,
    Percent,
    Pick,
    Prices,
    Reason,
    Shipping,
    Stacking,
    Steps,
)
from shuke.core.offers.paying import PointsPayment, pay_with_points, payable
from shuke.core.offers.pricing import price
from shuke.core.offers.sharing import share_out
from shuke.core.offers.tax import tax_of

percents = st.sampled_from([Fraction(n) for n in (1, 5, 10, 33, 50, 100)] + [Fraction(15, 2)])


def cart(*lines, shipping=0, tax=0, taxed=True):
    """A cart of (pieces, price of one in minor units)."""
    made = (CartLine(f"sku{k}", n, n * each, Fraction(tax, 100)) for k, (n, each) in enumerate(lines))
    return Cart(tuple(made), shipping, taxed)


def offer(effect, lines=None, code="offer", **more):
    return Offer(code, effect, tuple(range(50)) if lines is None else lines, **more)


def group(*offers, mode=Mode.STACKABLE):
    return [Group(offers, mode)]


def off(bought, *offers, **more):
    return price(bought, group(*offers), **more).off_minor


# ---- scenarios of other products ----


@pytest.mark.parametrize(
    ("lines", "reward"),
    [([(1, 10000)], 900), ([(1, -2000)], 0), ([(1, 10000), (1, -2000)], 900), ([(1, 10000), (1, -9500)], 600),
     ([(1, 5000), (1, -500)], 600)],
)  # fmt: skip
def test_odoo_003_a_capped_discount_of_one_product_never_exceeds_the_order(lines, reward):
    of_a = offer(Percent(Fraction(10), cap=900), lines=(0,) if lines[0][1] > 0 else ())
    assert off(cart(*((pieces, each * 12 // 10) for pieces, each in lines), tax=20), of_a) == reward


def test_odoo_007_a_code_for_one_category_and_what_is_left_to_earn_on():
    priced = price(cart((1, 10000), (1, 5000)), group(offer(Percent(Fraction(10)), lines=(0,))))
    assert (priced.pay_minor, priced.lines) == (14000, (9000, 5000))


def test_odoo_035_two_discounts_of_the_order_never_add():
    auto = offer(Percent(Fraction(10)), code="auto", of_order=True)
    coupon = offer(Percent(Fraction(10)), code="coupon", of_order=True, coupon=True)
    priced = price(cart((1, 32000)), group(auto, coupon))
    assert priced.pay_minor == 28800
    assert priced.refused == {"coupon": Reason.OTHER_CHOSEN}


@pytest.mark.parametrize(
    ("pieces", "used", "total", "refused"),
    [(10, ("promo",), 6500, set()), (10, ("promo", "coupon"), 6500, {"coupon"}), (15, ("promo", "coupon"), 4750, set()),
     (5, ("promo", "coupon"), 8250, {"promo", "coupon"})],
)  # fmt: skip
def test_odoo_039_two_coupons_each_with_a_minimum_of_what_is_left(pieces, used, total, refused):
    least = Minimum(Measure.CART_MONEY, 10000)
    both = [offer(Amount(10000), code=code, coupon=True, minimum=least) for code in ("promo", "coupon")]
    priced = price(cart((pieces, 1650)), group(*both), used)
    assert priced.pay_minor == total
    assert {code for code in used if code in priced.refused} == refused
    assert all(priced.refused[code] is Reason.MINIMUM_NOT_MET for code in refused)


@pytest.mark.parametrize(("pieces", "total"), [(14, 148680), (17, 160480), (20, 188800), (12, 141600)])
def test_odoo_043_the_best_single_step(pieces, total):
    steps = ((150000, 10), (175000, 15), (200000, 20), (250000, 25))
    stepped = Steps(Measure.CART_MONEY, tuple((least, Percent(Fraction(percent))) for least, percent in steps))
    assert price(cart((pieces, 11800)), group(offer(stepped))).pay_minor == total


def test_odoo_047_a_fixed_amount_once_an_order():
    assert price(cart((2, 10000)), group(offer(Amount(500)))).pay_minor == 19500


@pytest.mark.parametrize(
    ("lines", "total", "split"),
    [([12000, 23000, 30000], 5000, (924, 1769, 2307)), ([1200, 2300, 1000], 675, (180, 345, 150))],
)
def test_solidus_002_percent_with_a_cap_and_the_leftover_cent(lines, total, split):
    priced = price(cart(*((1, each) for each in lines)), group(offer(Percent(Fraction(15), cap=5000))))
    (applied,) = priced.applied
    assert (applied.total, tuple(applied.off.values())) == (total, split)


@pytest.mark.parametrize(("shirts", "trousers", "reward"), [(2, 3, 1000), (7, 5, 5250)])
def test_solidus_006_steps_by_pieces(shirts, trousers, reward):
    steps = Steps(Measure.PIECES, ((0, Percent(Fraction(10))), (10, Percent(Fraction(15)))))
    (applied,) = price(cart((shirts, 5000), (trousers, 4000)), group(offer(steps, lines=(0, 1)))).applied
    assert applied.off[0] == reward


@pytest.mark.parametrize(("lines", "reward"), [([(2, 1200), (2, 1000)], 300), ([(2, 200), (2, 100)], 100)])
def test_oscar_003_an_amount_off_one_item_at_most(lines, reward):
    (applied,) = price(cart(*lines), group(offer(Amount(300, pieces=1), minimum=Minimum(Measure.PIECES, 2)))).applied
    assert (applied.total, len([minor for minor in applied.off.values() if minor])) == (reward, 1)


@pytest.mark.parametrize(
    ("lines", "reward"), [([(3, 600)], 0), ([(4, 500)], 0), ([(4, 800)], 400), ([(1, 700)] * 3, 100)]
)
def test_oscar_007_three_for_twenty(lines, reward):
    assert off(cart(*lines), offer(Bundle(3, 2000))) == reward


def test_medusa_002_so_much_off_each_piece_of_a_line():
    p1 = offer(EachPiece(3000, most=2), code="p1")
    p2 = offer(EachPiece(5000, most=1), code="p2")
    priced = price(cart((1, 5000), (1, 15000)), group(p1, p2))
    assert [dict(each.off) for each in priced.applied] == [{0: 3000, 1: 3000}, {0: 2000, 1: 5000}]


def test_medusa_006_a_budget_that_is_used_up_is_told():
    spent = offer(Amount(150000), refused=Reason.BUDGET_REACHED)
    priced = price(cart((5, 100000)), group(spent))
    assert (priced.off_minor, priced.refused) == (0, {"offer": Reason.BUDGET_REACHED})


@pytest.mark.parametrize(("wanted", "least", "used"), [(1000, 500, 1000), (400, 500, 0), (9000, 500, 5000)])
def test_setono_024_points_that_pay(wanted, least, used):
    rule = PointsPayment(Fraction(1), least=least, percent=Fraction(50))
    assert pay_with_points(rule, 10000, 5000, wanted) == (used, used)


@pytest.mark.parametrize(
    ("rule", "pay", "there", "wanted", "used"),
    [
        (PointsPayment(Fraction(1), least=500, percent=Fraction(50)), 10000, 700, 1000, (700, 700)),
        (PointsPayment(Fraction(5), least=100, block=100), 100000, 5000, 1050, (1000, 5000)),
        (PointsPayment(Fraction(150), block=3), 10000, 10, None, (9, 1350)),  # odoo: whole rewards of 3 points
        (PointsPayment(Fraction(3)), 300000, 3030, None, (3030, 9090)),
    ],
)
def test_setono_and_odoo_whole_blocks_of_what_is_there(rule, pay, there, wanted, used):
    assert pay_with_points(rule, pay, there, wanted) == used


@pytest.mark.parametrize(
    ("rule", "there", "most"),
    [
        (PointsPayment(Fraction(1)), 20000, 10000),
        (PointsPayment(Fraction(1), most=700, block=200), 20000, 600),
        (PointsPayment(Fraction(1, 3), percent=Fraction(1)), 20000, 300),
        (PointsPayment(Fraction(1), least=500), 499, 0),
        (PointsPayment(Fraction(7), block=100), 20000, 1400),
    ],
)
def test_how_many_points_may_pay_for_a_hundred(rule, there, most):
    assert payable(rule, 10000, there) == most


def test_formance_001_shares_add_up_and_the_first_get_the_rest():
    assert share_out(15, (80, 8, 12)) == [13, 1, 1]


def test_the_smaller_of_two_vouchers_that_both_exceed_the_order_is_used():
    vouchers = [offer(Amount(minor), code=str(minor), coupon=True) for minor in (8000, 5000)]
    chosen = best(cart((1, 4000)), group(*vouchers))
    assert ([each.code for each in chosen.applied], chosen.pay_minor) == (["5000"], 0)


# ---- stacking ----


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (Stacking.COMMON, Stacking.COMMON, True),
        (Stacking.COMMON, Stacking.NEVER, False),
        (Stacking.NEVER, Stacking.NEVER, True),
        (Stacking.ALWAYS, Stacking.COMMON, True),
        (Stacking.NEVER, Stacking.ALWAYS, True),
    ],
)
def test_which_classes_stand_together(one, other, together):
    priced = price(
        cart((1, 1000)), group(offer(Amount(100), code="a", stacking=one), offer(Amount(50), code="b", stacking=other))
    )
    assert priced.off_minor == (150 if together else 100)
    assert priced.refused == ({} if together else {"b": Reason.NOT_STACKABLE})


@pytest.mark.parametrize(
    ("mode", "reward"), [(Mode.STACKABLE, 600), (Mode.LIST_ORDER, 200), (Mode.LOWEST, 100), (Mode.HIGHEST, 300)]
)
def test_what_a_group_lets_its_offers_do(mode, reward):
    offers = [offer(Amount(minor), code=str(minor)) for minor in (200, 300, 100)]
    assert price(cart((1, 1000)), group(*offers, mode=mode)).off_minor == reward


def test_a_share_of_what_was_listed_or_of_what_is_left():
    before = offer(Amount(500), code="before")
    for base, reward in ((Base.INITIAL, 600), (Base.LEFT, 550)):
        assert off(cart((1, 1000)), before, offer(Percent(Fraction(10), base=base))) == reward


def test_a_minimum_that_must_hold_afterwards_too():
    after = offer(Amount(500), minimum=Minimum(Measure.CART_MONEY, 800, after=True))
    assert price(cart((1, 1000)), group(after)).refused == {"offer": Reason.MINIMUM_LOST}
    assert off(cart((1, 1300)), after) == 500


def test_limits_of_an_order():
    coupons = [offer(Amount(100), code=str(k), coupon=True) for k in range(3)]
    priced = price(cart((1, 1000)), group(*coupons), limits=Limits(coupons=2))
    assert (priced.off_minor, priced.refused) == (200, {"2": Reason.TOO_MANY})
    never = [offer(Amount(10), code=str(k), stacking=Stacking.NEVER) for k in range(7)]
    assert off(cart((1, 1000)), *never) == 50
    assert off(cart((1, 1000)), *(offer(Amount(1), code=str(k)) for k in range(40))) == 30


def test_tax_in_and_on_top():
    assert tax_of(11300, Fraction(13, 100), taxed=True) == 1300
    assert tax_of(10000, Fraction(13, 100), taxed=False) == 1300


# ---- what holds for every cart ----

moneys = st.integers(1, 30_000)
effects = st.one_of(
    st.builds(Percent, percents, st.none() | moneys, st.sampled_from(Base), st.none() | st.integers(1, 4)),
    st.builds(Percent, percents, base=st.sampled_from(Base), most=st.integers(1, 3), at=st.sampled_from(Grain)),
    st.builds(Amount, moneys, st.none() | st.integers(1, 3), st.sampled_from(Pick)),
    st.builds(Amount, moneys, every=moneys, times=st.none() | st.integers(1, 3)),
    st.builds(Amount, moneys, every=st.integers(1, 4), by=st.sampled_from(Measure)),
    st.builds(EachPiece, moneys, st.none() | st.integers(1, 3), st.none() | moneys),
    st.builds(EachPiece, moneys, pieces=st.integers(1, 3), pick=st.sampled_from(Pick)),
    st.builds(Prices, st.dictionaries(st.sampled_from(["", "sku0", "sku1"]), moneys, max_size=2)),
    st.builds(Bundle, st.integers(1, 4), moneys, st.none() | st.integers(1, 2), st.booleans()),
    st.integers(1, 4).flatmap(
        lambda n: st.builds(
            Deal,
            st.just(n),
            st.integers(1, n),
            percents,
            st.sampled_from(Pick),
            st.none() | st.just(1),
            st.none() | moneys,
            st.none() | moneys,
            st.booleans(),
        )
    ),
    st.builds(Shipping, percents, st.none() | moneys, st.sampled_from([0, 300])),
)
steps = st.builds(
    lambda measure, least, one, two: Steps(measure, ((0, one), (least, two))),
    st.sampled_from(Measure), moneys, effects, effects,
)  # fmt: skip
carts = st.builds(
    lambda lines, shipping: cart(*lines, shipping=shipping),
    st.lists(st.tuples(st.integers(1, 5), st.integers(0, 20_000)), min_size=1, max_size=4),
    st.sampled_from([0, 999]),
)
places = st.lists(st.integers(0, 3), unique=True, max_size=4).map(tuple)
minimums = st.none() | st.builds(
    Minimum, st.sampled_from(Measure), st.integers(0, 20_000), st.sampled_from(Base), st.booleans()
)


def offers(least, most):
    one = st.tuples(
        effects | steps, places, places | st.none(), minimums, st.sampled_from(Stacking), st.booleans(), st.booleans()
    )
    made = st.lists(one, min_size=least, max_size=most)
    return made.map(lambda all_: [
        Offer(f"o{k}", effect, lines, gets, minimum, stacking, of_order, coupon)
        for k, (effect, lines, gets, minimum, stacking, of_order, coupon) in enumerate(all_)
    ])  # fmt: skip


@st.composite
def groups(draw, most=6):
    """Groups of offers about lines that the cart has."""
    bought = draw(carts)
    there = range(len(bought.lines))
    made = [
        Offer(each.code, each.effect, tuple(k for k in each.lines if k in there),
              None if each.gets is None else tuple(k for k in each.gets if k in there), each.minimum, each.stacking, each.of_order, each.coupon)
        for each in draw(offers(1, most))
    ]  # fmt: skip
    cut = draw(st.integers(0, len(made)))
    modes = draw(st.tuples(st.sampled_from(Mode), st.sampled_from(Mode)))
    return bought, [Group(tuple(made[:cut]), modes[0]), Group(tuple(made[cut:]), modes[1])]


def drawn(seed):
    """Return the cart and groups of a seed, of the same kinds as above but made much faster."""
    rnd = random.Random(seed)
    bought = cart(
        *((rnd.randint(1, 5), rnd.choice((0, rnd.randint(1, 20_000)))) for _ in range(rnd.randint(1, 4))),
        shipping=rnd.choice((0, 999)),
    )
    there = range(len(bought.lines))

    def some():
        return tuple(rnd.sample(there, rnd.randint(0, len(there))))

    def money():
        return rnd.choice((1, 333, rnd.randint(1, 30_000)))

    def single():
        percent = rnd.choice((Fraction(1), Fraction(10), Fraction(33), Fraction(50), Fraction(100), Fraction(15, 2)))
        pieces, pick = rnd.randint(1, 4), rnd.choice(list(Pick))
        return rnd.choice((
            lambda: Percent(percent, rnd.choice((None, money())), rnd.choice(list(Base)), rnd.choice((None, pieces))),
            lambda: Percent(percent, base=rnd.choice(list(Base)), most=pieces, at=rnd.choice(list(Grain))),
            lambda: Percent(percent, pieces=pieces, pick=pick, at=rnd.choice(list(Grain))),
            lambda: Amount(money(), rnd.choice((None, pieces)), pick),
            lambda: Amount(money(), every=money(), times=rnd.choice((None, pieces))),
            lambda: Amount(money(), every=pieces, by=rnd.choice(list(Measure))),
            lambda: EachPiece(money(), rnd.choice((None, pieces)), rnd.choice((None, money()))),
            lambda: EachPiece(money(), pieces=pieces, pick=pick),
            lambda: Prices({rnd.choice(("", "sku0", "sku1")): money()}),
            lambda: Bundle(pieces, money(), rnd.choice((None, 1, 2)), rnd.random() < 0.5),
            lambda: Deal(pieces, rnd.randint(1, pieces), percent, pick, rnd.choice((None, 1))),
            lambda: Deal(pieces, rnd.randint(1, pieces), pick=pick, different=True),
            lambda: Deal(pieces, rnd.randint(1, pieces), pick=pick, minor=rnd.choice((None, money())), price=money()),
            lambda: Shipping(percent, rnd.choice((None, money())), rnd.choice((0, 300))),
        ))()  # fmt: skip

    def effect():
        if rnd.random() < 0.8:
            return single()
        return Steps(rnd.choice(list(Measure)), ((0, single()), (money(), single())))

    made = [
        Offer(
            f"o{k}",
            effect(),
            some(),
            rnd.choice((None, some())),
            rnd.choice((None, Minimum(rnd.choice(list(Measure)), money(), rnd.choice(list(Base)), rnd.random() < 0.5))),
            rnd.choice(list(Stacking)),
            of_order=rnd.random() < 0.3,
            coupon=rnd.random() < 0.5,
            budget=rnd.choice((None, None, money())),
        )
        for k in range(rnd.randint(1, 6))
    ]
    cut = rnd.randint(0, len(made))
    modes = [rnd.choice(list(Mode)) for _ in range(2)]
    return bought, [Group(tuple(made[:cut]), modes[0]), Group(tuple(made[cut:]), modes[1])]


def keeps_the_laws(bought, all_groups):
    for priced in (price(bought, all_groups), best(bought, all_groups)):
        listed = [line.minor for line in bought.lines]
        taken = [sum(each.off.get(k, 0) for each in priced.applied) for k in range(len(listed))]
        assert all(0 <= left <= was for left, was in zip(priced.lines, listed, strict=True))
        assert [was - off for was, off in zip(listed, taken, strict=True)] == list(priced.lines)
        assert 0 <= priced.shipping_minor == bought.shipping_minor - sum(each.shipping_off for each in priced.applied)
        assert all(minor > 0 for each in priced.applied for minor in each.off.values())
        codes = {offer.code: offer for group in all_groups for offer in group.offers}
        assert {each.code for each in priced.applied} | set(priced.refused) == set(codes)
        assert not {each.code for each in priced.applied} & set(priced.refused)
        assert all(each.total <= (codes[each.code].budget or each.total) for each in priced.applied)


@settings(max_examples=200, deadline=None)
@given(groups())
def test_nobody_pays_less_than_nothing_or_more_than_listed_and_every_cent_has_its_line(made):
    keeps_the_laws(*made)


@pytest.mark.parametrize("carts", [2_000, pytest.param(100_000, marks=pytest.mark.long)])
def test_many_carts_keep_the_laws(carts):
    for seed in range(carts):
        try:
            keeps_the_laws(*drawn(seed))
        except AssertionError as broken:
            raise AssertionError(f"seed {seed}") from broken


def the_best_is_no_dearer_than_any_combination(bought, all_groups):
    coupons = [offer.code for group in all_groups for offer in group.offers if offer.coupon]
    sets = chain.from_iterable(combinations(coupons, count) for count in range(len(coupons) + 1))
    return best(bought, all_groups).pay_minor == min(price(bought, all_groups, used).pay_minor for used in sets)


@pytest.mark.parametrize("carts", [600, pytest.param(20_000, marks=pytest.mark.long)])
def test_the_best_is_the_best_of_all_combinations_of_many_carts(carts):
    assert [seed for seed in range(carts) if not the_best_is_no_dearer_than_any_combination(*drawn(seed))] == []


@settings(max_examples=100, deadline=None)
@given(groups(most=5))
def test_the_best_is_the_best_of_all_combinations(made):
    assert the_best_is_no_dearer_than_any_combination(*made)


def test_of_many_coupons_the_order_costs_as_little_as_all_of_them_make_it():
    coupons = [offer(Percent(Fraction(k)), code=str(k), coupon=True) for k in range(1, 21)]
    every = price(cart((1, 99999)), group(*coupons))
    chosen = best(cart((1, 99999)), group(*coupons))
    assert (chosen.pay_minor, len(chosen.applied)) == (every.pay_minor, 20)


def test_a_coupon_that_is_not_used_is_told_with_what_stands_against_it():
    coupons = [
        offer(Amount(900), code="least", coupon=True, minimum=Minimum(Measure.CART_MONEY, 5000)),
        offer(Amount(300), code="small", coupon=True, stacking=Stacking.NEVER),
        offer(Amount(500), code="large", coupon=True),
        offer(Amount(500), code="over", coupon=True, refused=Reason.EXPIRED),
    ]
    chosen = best(cart((1, 1500)), group(*coupons))
    assert [each.code for each in chosen.applied] == ["large"]
    assert chosen.refused == {
        "least": Reason.MINIMUM_NOT_MET, "small": Reason.OTHER_CHOSEN, "over": Reason.EXPIRED
    }  # fmt: skip


def test_an_offer_never_takes_more_than_is_left_of_its_budget():
    priced = price(cart((1, 1000)), group(offer(Percent(Fraction(10)), budget=99)))
    assert (priced.pay_minor, priced.refused) == (1000, {"offer": Reason.BUDGET_REACHED})
    assert off(cart((1, 1000)), offer(Percent(Fraction(10)), budget=100)) == 100


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=8))
def test_shares_add_up_and_never_exceed_their_weight(amount, weights):
    total = sum(weights)
    shares = share_out(min(amount, total), weights)
    assert sum(shares) == min(amount, total)
    assert all(0 <= share <= weight for share, weight in zip(shares, weights, strict=True))


@given(
    st.integers(1, 500),
    st.integers(1, 100),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.none() | st.integers(0, 10**6),
)
def test_points_never_pay_more_than_there_is_to_pay(value, block, pay_minor, available, wanted):
    rule = PointsPayment(Fraction(value, 100), block=block, percent=Fraction(80))
    points, minor = pay_with_points(rule, pay_minor, available, wanted)
    assert 0 <= points <= available
    assert wanted is None or points <= wanted
    assert points % block == 0
    assert minor <= pay_minor * 80 // 100
