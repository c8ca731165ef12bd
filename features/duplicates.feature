@live
Feature: An event counts once, however often it is sent
  A producer that got no answer sends again. The event's id tells the copies apart from new events.

  Scenario: the same event twice in one go
    Given a valid client_tickets event
    And the same event again
    When the pipeline has run
    Then the export holds the event once
    And 1 record has the outcome duplicate, naming the first

  Scenario: the same event again after it was exported
    Given a valid client_tickets event
    And the pipeline has run
    And the same event again
    When the pipeline has run
    Then the export holds the event once
    And 1 record has the outcome duplicate, naming the first

  Scenario: the same event written differently is still the same
    Given a valid client_tickets event
    And the same event with its fields in another order and its time in another zone
    When the pipeline has run
    Then the export holds the event once
    And 1 record has the outcome duplicate, naming the first

  Scenario: the same id with another body is a conflict, and the first stays
    Given a valid client_tickets event
    And its priority is "low"
    And the pipeline has run
    And an event with the same id whose priority is "high"
    When the pipeline has run
    Then the export holds the event once
    And its row has priority "low"
    And 1 record has the outcome conflict, naming the first

  Scenario: a refused event does not occupy its id
    Given a valid client_tickets event
    But its priority is "urgent!!"
    And the pipeline has run
    And an event with the same id whose priority is "high"
    When the pipeline has run
    Then the export holds the event once
    And its row has priority "high"
