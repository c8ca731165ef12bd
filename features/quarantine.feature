Feature: What was refused is looked through, then mended or given up
  Whoever runs the pipeline sees who sends what, has it judged again once the contract is right, and gives up the rest
  with a reason. What a record was before is kept either way.

  Scenario: the contract is corrected, and what it refused becomes tickets, once
    Given a valid client_tickets event of version 2
    And its channel is "fax"
    And it comes from the producer "crm"
    And a valid client_tickets event of version 2
    And its channel is "fax"
    And its priority is "urgent!!"
    And it comes from the producer "branch-app"
    And the pipeline has run
    And the quarantine counts
      | producer   | clause                          | records |
      | branch-app | client_tickets.v2/channel/enum  | 1       |
      | branch-app | client_tickets.v2/priority/enum | 1       |
      | crm        | client_tickets.v2/channel/enum  | 1       |
    When the contracts allow the channel "fax", and what was refused is replayed
    Then the first is a ticket once, with channel "fax"
    And the first was rejected for client_tickets.v2/channel/enum
    And the second is refused for client_tickets.v2/priority/enum alone
    And the second was rejected for client_tickets.v2/priority/enum and client_tickets.v2/channel/enum
    And to replay again changes nothing
    And the audit finds every offset exactly once

  Scenario: what nobody will mend is given up, with a reason
    Given a valid client_tickets event of version 2
    And its priority is "urgent!!"
    And it comes from the producer "load-test"
    And a valid client_tickets event of version 2
    And an event with the same id whose priority is "high"
    And it comes from the producer "load-test"
    And the pipeline has run
    And the first is refused for client_tickets.v2/priority/enum alone
    And the third is a conflict with the second
    When what the producer "load-test" sent is discarded because of "a load test, CHG-17"
    Then the first and the third are discarded, with reason, person and moment
    And nothing is left of their bytes, and what they were is known
    And to discard them again changes nothing
    And neither the second nor a record that does not exist can be discarded
    And once the pipeline has run, every format of the export says discarded of both
    And to replay again changes nothing
    And the audit finds every offset exactly once
