// Tests that wait for each other's processes and timeouts: side by side they take half the time.
[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: LevelOfParallelism(3)]
