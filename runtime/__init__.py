"""What the rooms need from the machine: settings, logs, Java, jars, brokers, Spark. Plain values only, never
a Contract.
"""
