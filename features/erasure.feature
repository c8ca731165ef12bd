Feature: A person's data can be removed, and stays removed
  A client may ask to be forgotten. Then nothing that says anything of the client may be left in anything that the
  pipeline keeps, and what the topic still holds must not bring the client back.

  Scenario: a client is erased from everything, and comes back by no later read
    Given a client whose events are accepted, refused, doubled, contradicted and no events at all
    And lines of the client that were refused or could not be sent
    And the tickets of another client
    And the pipeline has run
    And the results are exported with raw bytes, twice
    And the client's data is found in ledger, tickets, exports and kept lines
    When the client is erased
    Then nothing that the pipeline keeps says anything of the client
    And nothing that the pipeline kept before can be read any more
    And every record of the client has the outcome erased
    And the other client's tickets are as they were
    And the audit finds every offset exactly once
    When more events of the client arrive, and all tables are built anew from the topic
    Then nothing that the pipeline keeps says anything of the client
    And every record of the client has the outcome erased
    And the other client's tickets are as they were
    And the audit finds every offset exactly once

  Scenario: nothing that the pipeline says names anybody
    Given a client whose events are accepted, refused, doubled, contradicted and no events at all
    And lines of the client that were refused or could not be sent
    When the pipeline has run
    And all is asked that can be asked of the pipeline, and the client is erased
    Then neither the client's data nor the key of the pseudonyms was said or logged

  Scenario: an erasure that was killed is ended by whoever comes next
    Given a client whose events are accepted, refused, doubled, contradicted and no events at all
    And the tickets of another client
    And the pipeline has run
    When the erasure of the client is killed as soon as it has begun
    Then the audit complains of an unfinished erasure
    When the next job has run
    Then every record of the client has the outcome erased
    When the erasure is ended by its own list
    Then nothing that the pipeline keeps says anything of the client
    And the audit finds every offset exactly once
