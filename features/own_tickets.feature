Feature: Somebody's own tickets come in by a file
  Each line is checked before it is sent; what is refused is written down with every reason, and nothing else is lost.

  Scenario: a file with good, bad and malformed lines
    Given a file with 3 good lines, 2 that break the contract and 2 that are no JSON
    When the file is sent
    Then 3 events are sent and 4 lines are refused, each with its reason
    And after the pipeline has run the export holds the 3 events

  Scenario: a CSV file
    Given a CSV file with 2 good lines and 1 that breaks the contract
    When the file is sent
    Then 2 events are sent and 1 lines are refused, each with its reason
