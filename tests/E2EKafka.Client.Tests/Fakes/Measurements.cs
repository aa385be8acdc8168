using System.Diagnostics.Metrics;

namespace E2EKafka.Client.Tests;

/// <summary>Listens to the meter of one member.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly MeterListener _listener;
    private readonly List<string> _measured = [];

    public Measurements(string member)
    {
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == EndToEndKafkaTelemetry.MeterName && instrument.Meter.Tags!.Any(tag => tag.Key == EndToEndKafkaTelemetry.MemberTag && Equals(tag.Value, member)))
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>What was recorded since, and what can be collected now: name, value, and tags but for the messaging system.</summary>
    public IReadOnlyList<string> Collect()
    {
        _listener.RecordObservableInstruments();
        lock (_measured)
        {
            List<string> measured = [.. _measured];
            _measured.Clear();
            return measured;
        }
    }

    public static IReadOnlyList<string> Of(string member)
    {
        using var measurements = new Measurements(member);
        return measurements.Collect();
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = string.Concat(tags.ToArray().Where(tag => tag.Key != EndToEndKafkaTelemetry.SystemTag).Select(tag => $" {tag.Key}:{tag.Value}"));
        lock (_measured)
            _measured.Add($"{instrument.Name} = {value}{text}");
    }
}
