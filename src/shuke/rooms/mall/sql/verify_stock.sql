-- Purpose: finds items whose stock is not what its movements say, and orders of which the movements say otherwise (I17).
-- Locks: none; the caller gives the snapshot.
-- Repeatable: reads only.
WITH slices AS (
    SELECT item_id, sum(remaining) AS remaining FROM mall_stock WHERE day = 0 GROUP BY item_id
), moved AS (
    SELECT item_id, sum(change) AS change FROM mall_movement GROUP BY item_id
), ordered AS (
    SELECT order_id, sum(change) AS change FROM mall_movement WHERE order_id IS NOT NULL GROUP BY order_id
)
SELECT NULL::uuid, format(
    'Item %%s has %%s pieces left, its movements come to %%s.',
    item.code, coalesce(slices.remaining, 0), coalesce(moved.change, 0)
)
FROM mall_item AS item
LEFT JOIN slices ON slices.item_id = item.id
LEFT JOIN moved ON moved.item_id = item.id
WHERE coalesce(slices.remaining, 0) <> coalesce(moved.change, 0)
UNION ALL
SELECT bought.member_id, format(
    'Order %%s took %%s pieces, its movements come to %%s.',
    bought.number, CASE WHEN bought.restocked THEN 0 ELSE bought.quantity END, -coalesce(ordered.change, 0)
)
FROM mall_order AS bought
LEFT JOIN ordered ON ordered.order_id = bought.id
WHERE bought.counted
    AND coalesce(ordered.change, 0) <> CASE WHEN bought.restocked THEN 0 ELSE -bought.quantity END
LIMIT 1000
