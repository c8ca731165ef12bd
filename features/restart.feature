Feature: A restart neither loses nor doubles
  The job can be stopped or killed at any moment; the next run goes on where the tables say it stopped.

  Scenario: the job is killed in the middle and run again
    Given 12000 generated events, some broken, doubled and late
    And the job is killed after its first batches
    When the pipeline has run
    Then the audit finds every offset exactly once
    And what was sent equals accepted, rejected and duplicates

  Scenario: the checkpoint of the job is lost
    Given 3000 generated events, some broken, doubled and late
    And the pipeline has run
    And the checkpoint is lost
    And 2000 more generated events
    When the pipeline has run
    Then the audit finds every offset exactly once
    And what was sent equals accepted, rejected and duplicates
