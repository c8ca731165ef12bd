@live
Feature: A late event changes its own hour
  A branch without network sends its events the next day. They belong to the hour in which they happened.

  Scenario: an event that comes hours late is flagged, kept, and counted where it belongs
    Given a valid client_tickets event
    And it happened at "3 days ago at 10:15:00" and reached the broker at "3 days ago at 10:15:20"
    And the pipeline has run
    And another valid client_tickets event
    And it happened at "3 days ago at 10:45:00" and reached the broker at "3 days ago at 18:00:00"
    When the pipeline has run
    Then the export holds both events
    And the first is on time and the second is late
    And the KPIs of "3 days ago at 10:00:00" count 2 opened
    And the KPIs of "3 days ago at 18:00:00" count nothing

  Scenario: an event from the future is flagged and kept
    Given a valid client_tickets event
    And it happened at "2 days ago at 12:00:00" and reached the broker at "2 days ago at 11:00:00"
    When the pipeline has run
    Then the export holds the event
    And its row has is_early true
