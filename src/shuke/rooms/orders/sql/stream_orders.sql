-- Purpose: the next members' orders in recorded order, of one member or of all, as one row of columns.
-- Locks: none.
-- Repeatable: reads only.
SELECT
    array_agg(id), array_agg(member_id), array_agg(recorded_seq), array_agg(floor(extract(epoch FROM occurred_at))::bigint),
    array_agg(day), array_agg(net_minor), array_agg(gross_minor), array_agg(store), array_agg(channel), array_agg(counted)
FROM (
    SELECT * FROM orders_order
    WHERE recorded_seq > %(after)s AND member_id IS NOT NULL
        AND (%(member_id)s::uuid IS NULL OR member_id = %(member_id)s::uuid)
    ORDER BY recorded_seq
    LIMIT %(limit)s
) AS run
