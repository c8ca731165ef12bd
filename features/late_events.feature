@live
Feature: A late event changes its own hour
  A branch without network sends its events the next day. They belong to the hour in which they happened.

  Scenario: an event that comes hours late is flagged, kept, and counted where it belongs
    Given a valid client_tickets event
    And it happened at "2026-01-07T10:15:00Z" and reached the broker at "2026-01-07T10:15:20Z"
    And the pipeline has run
    And another valid client_tickets event
    And it happened at "2026-01-07T10:45:00Z" and reached the broker at "2026-01-07T18:00:00Z"
    When the pipeline has run
    Then the export holds both events
    And the first is on time and the second is late
    And the KPIs of "2026-01-07T10:00:00Z" count 2 opened
    And the KPIs of "2026-01-07T18:00:00Z" count nothing

  Scenario: an event from the future is flagged and kept
    Given a valid client_tickets event
    And it happened at "2026-01-09T12:00:00Z" and reached the broker at "2026-01-09T11:00:00Z"
    When the pipeline has run
    Then the export holds the event
    And its row has is_early true
