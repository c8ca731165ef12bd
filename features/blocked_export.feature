Feature: An export that fails its check publishes nothing
  Consumers would rather have yesterday's data than wrong data.

  Scenario: an output contract is tightened beyond what the rows hold
    Given 500 generated events, some broken, doubled and late
    And the pipeline has run
    And the results are exported
    And the output contract tickets now allows at most 1 as target_hours
    When the results are exported again
    Then the export fails, naming rows and the clause tickets.v2/target_hours/maximum
    And the published export is still the first one
