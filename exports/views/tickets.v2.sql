-- Views of contracts/tickets for a BI tool: the backlog, and how long tickets took. Read only views of bi, which hold
-- nothing personal. A column without a comment gets that of the contract's field of its name.

CREATE VIEW bi.backlog_by_hour AS
WITH life AS (
    SELECT
        utc_hour, priority, support_team, is_early,
        event_type IN ('opened', 'assigned', 'reopened') AS is_open,
        lag(event_type IN ('opened', 'assigned', 'reopened')) OVER steps AS was_open,
        lag(priority) OVER steps AS priority_before,
        lag(support_team) OVER steps AS team_before
    FROM bi.tickets
    WINDOW steps AS (PARTITION BY ticket_id ORDER BY occurred_at, kafka_partition, kafka_offset)
), changes AS (
    SELECT utc_hour, priority, support_team, 1 AS change FROM life WHERE is_open
    UNION ALL
    SELECT utc_hour, priority_before, team_before, -1 FROM life WHERE was_open
), running AS (
    SELECT
        utc_hour, priority, support_team,
        sum(sum(change)) OVER (PARTITION BY priority, support_team ORDER BY utc_hour) AS open_tickets
    FROM changes
    GROUP BY utc_hour, priority, support_team
), ends AS (
    SELECT min(utc_hour) AS first_hour, max(utc_hour) FILTER (WHERE NOT is_early) AS last_hour FROM life
), hours AS (
    SELECT unnest(generate_series(
        greatest(first_hour, last_hour - INTERVAL 366 DAY), last_hour, INTERVAL 1 HOUR
    )) AS utc_hour FROM ends
), cells AS (
    SELECT * FROM hours CROSS JOIN (SELECT DISTINCT priority, priority_order, support_team FROM bi.tickets) AS groups
)
SELECT
    cells.utc_hour, cells.priority, cells.priority_order, cells.support_team,
    CAST(coalesce(running.open_tickets, 0) AS BIGINT) AS open_tickets
FROM cells
ASOF LEFT JOIN running
    ON cells.priority = running.priority AND cells.support_team = running.support_team
    AND cells.utc_hour >= running.utc_hour;

COMMENT ON VIEW bi.backlog_by_hour IS 'Tickets that are open at the end of each UTC hour, by priority and team: their latest event is opened, assigned or reopened. Every hour has a row for every group, over the 366 days up to the last event that did not come too early; what was opened before is counted.';
COMMENT ON COLUMN bi.backlog_by_hour.utc_hour IS 'UTC hour, by occurred_at of the events.';
COMMENT ON COLUMN bi.backlog_by_hour.priority_order IS 'Place of priority in the contract''s list, from 1: sort by it.';
COMMENT ON COLUMN bi.backlog_by_hour.support_team IS 'The team in charge at the time.';
COMMENT ON COLUMN bi.backlog_by_hour.open_tickets IS 'Tickets open when the hour ends.';

CREATE VIEW bi.resolutions AS
WITH opened AS (
    SELECT ticket_id, min(occurred_at) AS opened_at FROM bi.tickets WHERE event_type = 'opened' GROUP BY ticket_id
), timed AS (
    SELECT
        tickets.*, opened.opened_at,
        (epoch_us(tickets.occurred_at) - epoch_us(opened.opened_at)) / CAST(3600000000 AS DOUBLE) AS hours_to_resolve
    FROM bi.tickets AS tickets
    LEFT JOIN opened ON opened.ticket_id = tickets.ticket_id
    WHERE tickets.event_type = 'resolved'
)
SELECT
    event_id, ticket_id, opened_at, occurred_at AS resolved_at, utc_hour, utc_day,
    request_type, priority, priority_order, support_team, channel, product,
    hours_to_resolve, target_hours, hours_to_resolve > target_hours AS is_past_target
FROM timed;

COMMENT ON VIEW bi.resolutions IS 'One row per event of type resolved, with the hours since the ticket''s first accepted opened; a ticket that was reopened may have several. Defined as in ticket_kpis.';
COMMENT ON COLUMN bi.resolutions.opened_at IS 'When the ticket was first opened. Null where no accepted event says so.';
COMMENT ON COLUMN bi.resolutions.resolved_at IS 'When it was resolved.';
COMMENT ON COLUMN bi.resolutions.utc_hour IS 'UTC hour of resolved_at.';
COMMENT ON COLUMN bi.resolutions.utc_day IS 'UTC day of resolved_at.';
COMMENT ON COLUMN bi.resolutions.priority_order IS 'Place of priority in the contract''s list, from 1: sort by it.';
COMMENT ON COLUMN bi.resolutions.hours_to_resolve IS 'Hours from opened_at to resolved_at. Null where opened_at is.';
COMMENT ON COLUMN bi.resolutions.is_past_target IS 'Whether hours_to_resolve is above target_hours. Null where hours_to_resolve is.';

CREATE VIEW bi.time_to_resolve_by_day AS
SELECT
    utc_day, priority, priority_order, support_team,
    count(*) AS resolved,
    count(hours_to_resolve) AS resolved_with_hours,
    quantile_cont(hours_to_resolve, 0.5) AS median_hours_to_resolve,
    quantile_cont(hours_to_resolve, 0.95) AS p95_hours_to_resolve
FROM bi.resolutions
GROUP BY utc_day, priority, priority_order, support_team;

COMMENT ON VIEW bi.time_to_resolve_by_day IS 'Hours to resolve by UTC day of resolved, priority and team. Medians of several days are no median of them all: for that, take bi.resolutions.';
COMMENT ON COLUMN bi.time_to_resolve_by_day.utc_day IS 'UTC day on which the tickets were resolved.';
COMMENT ON COLUMN bi.time_to_resolve_by_day.priority_order IS 'Place of priority in the contract''s list, from 1: sort by it.';
COMMENT ON COLUMN bi.time_to_resolve_by_day.resolved IS 'Events of type resolved.';
COMMENT ON COLUMN bi.time_to_resolve_by_day.resolved_with_hours IS 'Those whose ticket has an accepted opened.';
COMMENT ON COLUMN bi.time_to_resolve_by_day.median_hours_to_resolve IS 'Median of their hours, by linear interpolation. Null without any.';
COMMENT ON COLUMN bi.time_to_resolve_by_day.p95_hours_to_resolve IS '95th percentile of their hours, by linear interpolation. Null without any.';
