// Tests wait for brokers and timeouts more than they compute. Fixtures that kill brokers have brokers of their own.
[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: LevelOfParallelism(4)]
