@live
Feature: A valid event reaches the export, complete and typed
  What the ticketing system sends is what analysts read, but for personal data, which no table holds in clear.

  Scenario: every field arrives as the contract types it
    Given a valid client_tickets event
    And its amount is 12.07
    And its satisfaction is 5.0
    And its due_on is "2026-03-01"
    And its tags is ["vip", "refund"]
    And its occurred_at is "2026-01-05T09:30:00.123456+01:00"
    When the pipeline has run
    Then the export holds the event
    And its row has amount 12.07 as decimal
    And its row has satisfaction 5 as integer
    And its row has due_on 2026-03-01 as date
    And its row has occurred_at 2026-01-05T08:30:00.123456+00:00 as timestamp

  Scenario: the request is tidied, and the team and target come from the reference data
    Given a valid client_tickets event
    And its request is "  my   invoice\nis wrong "
    And its request_type is "delivery"
    And its priority is "urgent"
    When the pipeline has run
    Then the export holds the event
    And its row has request "my invoice is wrong"
    And its row has support_team "logistics"
    And its row has target_hours 8 as integer

  Scenario: personal data is stored as a keyed hash only
    Given a valid client_tickets event
    And its client_email is "grace.hopper@example.com"
    When the pipeline has run
    Then the export holds the event
    And its row has a client_email_key of 32 hexadecimal digits
    And "grace.hopper" is shown nowhere in the export
    And no table holds "grace.hopper"

  Scenario: a field that the contract does not name is kept aside
    Given a valid client_tickets event
    And its mood is "curious"
    When the pipeline has run
    Then the export holds the event
    And its row has unknown_fields "{"mood": "curious"}"

  Scenario: text of every script and spreadsheet formulas survive
    Given a valid client_tickets event
    And its request is "=1+1 \"quoted\", שלום 🙂 עולם; a,b"
    When the pipeline has run
    Then the export holds the event
    And its row has the request that was sent
    And its request opens harmlessly in a spreadsheet
