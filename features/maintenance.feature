Feature: The tables stay small, and keep nothing longer than the contracts say
  Every few seconds of a running job leave files behind, and what was refused is kept with all it held. Somebody has to
  clear up, at any time, without stopping anything and without losing anything.

  Rule: while the job runs nothing is lost

    Scenario: a running job clears up between two batches
      Given a job that runs all the time
      And events that arrived one batch after the other, some of them refused
      And the audit, and the exports, as they are
      When the tables are maintained
      Then the running job has done it
      And there are fewer files than before
      And the audit, and the exports, are as they were
      When the tables are maintained while more events arrive
      Then every event that was sent has its outcome
      And the job is still running

    Scenario: the job dies before it has answered
      Given a job that runs all the time
      And events that arrived one batch after the other, some of them refused
      When the job is killed while it is asked to clear up
      Then the tables are maintained all the same
      And there are fewer files than before
      And every event that was sent has its outcome

  Rule: refused bytes go when the contract's time has passed

    Scenario: what was refused is kept for as long as the contract says, and no longer
      Given the contracts keep what was refused for 1 day
      And a refused event that says "zebrafink", which reached the broker 3 days ago
      And a refused event that says "goldammer", which reached the broker today
      And the pipeline has run
      And both are found in what the pipeline keeps
      When the tables are maintained
      Then only "goldammer" is found in what the pipeline keeps
      And the older event has its place, its outcome and the clause it breaks
      And whoever looks at it is told on which day its bytes expired
      And the audit finds every offset exactly once
      And no later run brings it back
