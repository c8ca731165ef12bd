-- Views of contracts/ticket_kpis for a BI tool: sums over groups, since shares and medians of hours can't be added up.
-- Read only views of bi. A column without a comment gets that of the contract's field of its name.

CREATE VIEW bi.share_past_target AS
SELECT
    utc_day, priority, priority_order, support_team,
    CAST(sum(resolved) AS BIGINT) AS resolved,
    CAST(sum(resolved - resolved_without_opened) AS BIGINT) AS resolved_with_hours,
    CAST(sum(past_target) AS BIGINT) AS past_target,
    sum(past_target) / nullif(sum(resolved - resolved_without_opened), 0) AS share_past_target
FROM bi.ticket_kpis
GROUP BY utc_day, priority, priority_order, support_team
HAVING sum(resolved) > 0;

COMMENT ON VIEW bi.share_past_target IS 'How many tickets took longer than their target, by UTC day, priority and team. For longer times or fewer groups, divide sum(past_target) by sum(resolved_with_hours).';
COMMENT ON COLUMN bi.share_past_target.utc_day IS 'UTC day on which the tickets were resolved.';
COMMENT ON COLUMN bi.share_past_target.priority_order IS 'Place of priority in the contract''s list, from 1: sort by it.';
COMMENT ON COLUMN bi.share_past_target.resolved_with_hours IS 'Resolved events whose ticket has an accepted opened: those that have hours to resolve.';

CREATE VIEW bi.activity_by_day AS
SELECT
    utc_day, request_type, priority, priority_order, support_team,
    CAST(sum(opened) AS BIGINT) AS opened,
    CAST(sum(resolved) AS BIGINT) AS resolved,
    CAST(sum(reopened) AS BIGINT) AS reopened
FROM bi.ticket_kpis
GROUP BY utc_day, request_type, priority, priority_order, support_team;

COMMENT ON VIEW bi.activity_by_day IS 'Events that open, resolve and reopen tickets, by UTC day and group. Sums of it are right for any time and group.';
COMMENT ON COLUMN bi.activity_by_day.utc_day IS 'UTC day of the events.';
COMMENT ON COLUMN bi.activity_by_day.priority_order IS 'Place of priority in the contract''s list, from 1: sort by it.';
