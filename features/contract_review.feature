Feature: A change of a contract is judged before anybody lives with it
  Whoever reviews a change of a contract sees whom it breaks, and an event that proves it. The verdict comes from
  reading events of one version with the other, not from an opinion.

  Rule: a break comes with an event that proves it

    Scenario Outline: a change that somebody feels
      Given the contract client_tickets.v1
      When its <field> changes so that <change>
      Then the review says breaking
      And it breaks <whom>
      And the event that proves it is one the <writer> version allows

      Examples:
        | field        | change                     | whom                                            | writer |
        | satisfaction | its maximum is 4           | readers of old events, producers                | old    |
        | satisfaction | its maximum is 10          | readers of new events                           | new    |
        | channel      | social is a value too      | readers of new events                           | new    |
        | language     | it is called locale        | readers of old events, producers                | old    |
        | amount       | it is gone                 | readers of old events, producers                | old    |
        | client_email | it is required             | readers of old events, producers                | old    |

  Rule: what nobody feels is compatible

    Scenario Outline: a change that nobody feels
      Given the contract client_tickets.v1
      When its <field> changes so that <change>
      Then the review says compatible
      And at least 1000 events were read each way

      Examples:
        | field   | change                           |
        | product | it is a new field that may be absent |
        | amount  | its description is another       |

  Rule: a break that was decided on is let pass, and stays to be seen

    Scenario: a waiver with an owner and a day
      Given the contract client_tickets.v1
      And a waiver of enum-loosened for channel until 2999-01-01
      When its channel changes so that social is a value too
      Then the review says compatible
      And the waiver is named beside the finding
