using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using E2EKafka.Diagnostics;
using Microsoft.Extensions.Logging;

namespace E2EKafka.KeyExchange;

/// <summary>One dedicated thread that does everything a service does, in the order in which it was asked, and ticks in between.</summary>
internal sealed class ControlLoop : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>How many inputs are done at most before the next advance: a flood on a control topic must not put it off.</summary>
    private const int MaxInputsBetween = 1_000;

    /// <summary>How many bytes of inputs wait at most.</summary>
    public const int MaxWaitingBytes = 32 << 20;

    // Bounded in number and in bytes, so that a reader of Kafka is slowed down rather than memory filled.
    private readonly BlockingCollection<Action> _inputs = new(boundedCapacity: 10_000);
    private readonly object _room = new();
    private long _waitingBytes;
    private readonly Queue<Action> _ownInputs = new();
    private readonly Queue<TaskCompletionSource> _advances = new();
    private readonly Action _advance;
    private readonly Action<Exception> _failed;
    private readonly ILogger _log;
    private readonly Thread _thread;

    /// <param name="name">The thread's name.</param>
    /// <param name="advance">What is done after inputs, and about every second.</param>
    /// <param name="failed">What is done if <paramref name="advance"/> throws: the loop ends.</param>
    /// <param name="log">The log.</param>
    public ControlLoop(string name, Action advance, Action<Exception> failed, ILogger log)
    {
        _advance = advance;
        _failed = failed;
        _log = log;
        _thread = new Thread(Run) { IsBackground = true, Name = name };
    }

    public void Start() => _thread.Start();

    /// <summary>Has something done on the thread. Waits for room where there is none.</summary>
    /// <param name="input">What is to be done.</param>
    /// <param name="size">How many bytes it holds until it is done. Default: a few.</param>
    /// <returns>Whether it will be done: not once the loop has ended.</returns>
    public bool Post(Action input, int size = 0)
    {
        // The thread itself must never wait for room that only it can make.
        if (Thread.CurrentThread == _thread)
        {
            _ownInputs.Enqueue(input);
            return true;
        }

        WaitForRoom(size);
        try
        {
            _inputs.Add(size == 0 ? input : () => DoAndMakeRoom(input, size));
            return true;
        }
        catch (InvalidOperationException)
        {
            // Ended.
            MakeRoom(size);
            return false;
        }
    }

    /// <summary>Has the loop advance soon. Never waits.</summary>
    public void Nudge()
    {
        try
        {
            // Where there is no room for it, there is enough to do: the loop will advance without.
            _inputs.TryAdd(static () => { });
        }
        catch (InvalidOperationException)
        {
            // Ended.
        }
    }

    /// <summary>Has the loop advance.</summary>
    /// <returns>When all that was posted before is done, and the advance after it; at once if the loop has ended.</returns>
    public Task AdvanceAsync()
    {
        var advanced = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return Post(() => _advances.Enqueue(advanced)) ? advanced.Task : Task.CompletedTask;
    }

    public void Dispose()
    {
        End();
        if (!_thread.ThreadState.HasFlag(ThreadState.Unstarted))
            _thread.Join();
    }

    private void Run()
    {
        try
        {
            // The thread ticks by itself: a timer's callback runs on the thread pool, which callers that wait for this thread may have exhausted.
            while (!_inputs.IsCompleted)
            {
                if (_inputs.TryTake(out var first, _ownInputs.Count > 0 ? TimeSpan.Zero : Tick))
                    Do(first);
                for (var i = 0; i < MaxInputsBetween && TryTakeNext(out var next); i++)
                    Do(next);
                _advance();
                TellAdvanced();
            }
        }
        catch (Exception e)
        {
            // A fault of our own. What the parts know may contradict each other now.
            _log.Stopped(e);
            End();
            _failed(e);
            DoWhatCameTooLate();
            TellAdvanced();
        }
    }

    private void TellAdvanced()
    {
        while (_advances.TryDequeue(out var advanced))
            advanced.SetResult();
    }

    private bool TryTakeNext([MaybeNullWhen(false)] out Action next) => _ownInputs.TryDequeue(out next) || _inputs.TryTake(out next);

    // A caller may wait for it, and is told now that waiting is of no use.
    private void DoWhatCameTooLate()
    {
        while (TryTakeNext(out var late))
        {
            try
            {
                late();
            }
            catch (Exception e)
            {
                _log.RecordFailed(e);
            }
        }
    }

    private void WaitForRoom(int size)
    {
        lock (_room)
        {
            // An input that alone is larger than the bound is let through when nothing waits.
            while (size > 0 && _waitingBytes > 0 && _waitingBytes + size > MaxWaitingBytes && !_inputs.IsAddingCompleted)
                Monitor.Wait(_room);
            _waitingBytes += size;
        }
    }

    private void MakeRoom(int size)
    {
        lock (_room)
        {
            _waitingBytes -= size;
            Monitor.PulseAll(_room);
        }
    }

    private void DoAndMakeRoom(Action input, int size)
    {
        try
        {
            input();
        }
        finally
        {
            MakeRoom(size);
        }
    }

    // Who waits for room is told that there will be none.
    private void End()
    {
        _inputs.CompleteAdding();
        MakeRoom(0);
    }

    private void Do(Action input)
    {
        try
        {
            input();
        }
        catch (Exception e) when (e is not EndToEndKafkaException)
        {
            // The last line of defence: whatever a record holds, the next one gets its turn.
            _log.RecordFailed(e);
        }
    }
}
