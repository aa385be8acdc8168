using System.Buffers.Text;
using System.Text.RegularExpressions;
using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>Guarantee 11: every parser takes any bytes and says no. Guarantee 4: nothing altered is believed.</summary>
public sealed partial class HostileRecordTests
{
    private const ulong Seed = 0xE2EE_CAFE;

    private TestProject _project = null!;
    private IReadOnlyList<SampleRecord> _samples = null!;

    [OneTimeSetUp]
    public void MakeRecords()
    {
        _project = new TestProject();
        _samples = SampleRecord.AllOf(_project);
    }

    [OneTimeTearDown]
    public void DisposeProject() => _project.Dispose();

    [Test]
    public void There_is_a_sample_of_every_type_and_each_is_accepted()
    {
        // A clock probe is read by no one.
        var types = typeof(RecordTypes).GetFields().Select(field => (string)field.GetValue(null)!).Except([RecordTypes.ClockProbe]);
        Assert.Multiple(() =>
        {
            Assert.That(_samples.Select(sample => Jws.TryParse(sample.Text)!.Type), Is.SupersetOf(types));
            foreach (var sample in _samples)
                Assert.That(sample.IsAccepted(sample.Text), sample.Name);
        });
    }

    [Test]
    public void Whatever_is_signed_again_by_the_right_key_is_accepted()
    {
        // Else the tests below would refuse for the wrong reason.
        foreach (var sample in _samples)
            Assert.That(sample.IsAccepted(Resign(sample, RawJws.PayloadOf(sample.Text))), sample.Name);
    }

    [Test]
    public void A_change_of_any_one_character_is_refused()
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var generator = new SeededGenerator(Seed);
        foreach (var sample in _samples)
        {
            for (var at = 0; at < sample.Text.Length; at++)
            {
                foreach (var with in (char[])[Alphabet[generator.Next(64)], (char)(sample.Text[at] ^ 1), (char)generator.Next(256)])
                {
                    var text = sample.Text[..at] + with + sample.Text[(at + 1)..];
                    if (text != sample.Text)
                        Assert.That(sample.IsAccepted(text), Is.False, () => $"{sample.Name} with '{with}' at {at}: {text}");
                }
            }
        }
    }

    [Test]
    public void A_record_cut_grown_or_patched_together_is_refused()
    {
        var generator = new SeededGenerator(Seed);
        for (var round = 0; round < 20_000; round++)
        {
            var sample = generator.Pick(_samples);
            var other = generator.Pick(_samples).Text;
            var text = sample.Text;
            var (from, to) = (generator.Next(text.Length), generator.Next(text.Length + 1));
            text = generator.Next(4) switch
            {
                0 => text[..from],
                1 => text.Remove(Math.Min(from, to), Math.Abs(to - from)),
                2 => text.Insert(to, other[..generator.Next(other.Length)]),
                _ => Patched(text.Split('.'), other.Split('.')),
            };
            if (!_samples.Any(valid => valid.Text == text))
                Assert.That(sample.IsAccepted(text), Is.False, () => $"round {round}, {sample.Name}: {text}");
        }

        string Patched(string[] text, string[] other)
        {
            text[generator.Next(3)] = other[generator.Next(3)];
            return string.Join('.', text);
        }
    }

    [Test]
    public void Random_bytes_are_refused()
    {
        var generator = new SeededGenerator(Seed);
        for (var round = 0; round < 20_000; round++)
            Assert.That(Jws.TryParse(generator.Bytes(generator.Next(300))), Is.Null);
    }

    [Test]
    public void A_record_of_one_type_is_never_accepted_as_another()
    {
        foreach (var sample in _samples)
        {
            foreach (var other in _samples.Where(other => Jws.TryParse(other.Text)!.Type != Jws.TryParse(sample.Text)!.Type))
            {
                var relabelled = RawJws.Sign(RawJws.Header(Jws.TryParse(other.Text)!.Type, sample.Signer), RawJws.PayloadOf(sample.Text), sample.Signer);
                Assert.Multiple(() =>
                {
                    Assert.That(other.IsAccepted(sample.Text), Is.False, $"{sample.Name} as {other.Name}");
                    Assert.That(other.IsAccepted(relabelled), Is.False, $"{sample.Name} relabelled as {other.Name}");
                });
            }
        }
    }

    [Test]
    public void A_record_signed_by_another_key_is_refused()
    {
        using var stranger = SigningKey.Generate();
        foreach (var sample in _samples)
        {
            Assert.Multiple(() =>
            {
                Assert.That(sample.IsAccepted(RawJws.Sign(RawJws.HeaderOf(sample.Text), RawJws.PayloadOf(sample.Text), stranger)), Is.False,
                    $"{sample.Name} with the right key's name");
                Assert.That(sample.IsAccepted(RawJws.Sign(RawJws.Header(Jws.TryParse(sample.Text)!.Type, stranger), RawJws.PayloadOf(sample.Text), stranger)), Is.False,
                    $"{sample.Name} with its own key's name");
            });
        }
    }

    [Test]
    public void Strictness_holds_at_every_place_of_every_record_though_its_signature_is_right()
    {
        var count = 0;
        Assert.Multiple(() =>
        {
            foreach (var sample in _samples)
            {
                foreach (var mutation in JsonMutation.AllOf(RawJws.PayloadOf(sample.Text)))
                {
                    if (IsOptional(sample, mutation))
                        continue;

                    count++;
                    Assert.That(sample.IsAccepted(Resign(sample, mutation.Json)), Is.False, () => $"{sample.Name}: {mutation.What}");
                }
            }
        });
        Assert.That(count, Is.GreaterThan(1_000));
    }

    [Test]
    public void Members_that_may_be_left_out_may_be_left_out()
    {
        // So that the list of exceptions cannot grow past what is true.
        var used = _samples.SelectMany(sample => JsonMutation.AllOf(RawJws.PayloadOf(sample.Text)), (sample, mutation) => (sample, mutation))
            .Where(pair => IsOptional(pair.sample, pair.mutation)).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(used, Has.Count.GreaterThan(10));
            foreach (var (sample, mutation) in used)
                Assert.That(sample.IsAccepted(Resign(sample, mutation.Json)), () => $"{sample.Name}: {mutation.What}");
        });
    }

    [Test]
    public void Bytes_have_one_spelling()
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        HashSet<string> members = [];
        foreach (var sample in _samples)
        {
            var payload = RawJws.PayloadOf(sample.Text);
            foreach (Match match in Bytes().Matches(payload))
            {
                members.Add(match.Groups["name"].Value);
                var (value, text) = (match.Groups["value"], match.Groups["value"].Value);
                foreach (var other in (string[])
                    [
                        text + "=", text + " ", " " + text, text + "A", text.Replace('-', '+').Replace('_', '/') + "==",
                        Convert.ToBase64String(Base64Url.DecodeFromChars(text)),
                        // Where no byte needs the last bits: another spelling of the same bytes.
                        text.Length % 4 == 0 ? text : text[..^1] + Alphabet[Alphabet.IndexOf(text[^1], StringComparison.Ordinal) + 1],
                    ])
                {
                    if (other != text)
                    {
                        Assert.That(
                            sample.IsAccepted(Resign(sample, payload[..value.Index] + other + payload[(value.Index + value.Length)..])), Is.False,
                            () => $"{sample.Name} {match.Groups["name"]} {other}");
                    }
                }
            }
        }

        Assert.That(members, Is.EquivalentTo((string[])["salt", "sealing", "hpke", "commitment", "sealed", "signature", "package", "statement"]));
    }

    [TestCase("\"signature\"", "\"Signature\"")]
    [TestCase("\"signature\"", "\"SIGNATURE\"")]
    [TestCase("\"signature\"", "\" signature\"")]
    [TestCase("\"signature\"", "\"signature,signature\"")]
    [TestCase("\"signature\"", "\"0\"")]
    [TestCase("\"signature\"", "\"\"")]
    [TestCase("\"signature\"", "0")]
    [TestCase("\"signature\"", "2")]
    public void An_enumeration_has_one_spelling(string name, string other)
    {
        var sample = _samples.Single(sample => sample.Name == "session");
        var payload = RawJws.PayloadOf(sample.Text);
        Assert.That(payload, Does.Contain(name));
        Assert.That(sample.IsAccepted(Resign(sample, payload.Replace(name, other, StringComparison.Ordinal))), Is.False);
    }

    private static string Resign(SampleRecord sample, string payload) => RawJws.Sign(RawJws.HeaderOf(sample.Text), payload, sample.Signer);

    /// <summary>Rules may say less, and names that an owner chose are the owner's, as long as they stay sorted.</summary>
    // A record of removals has removals; a document may have none.
    private static bool IsOptional(SampleRecord sample, JsonMutation mutation) =>
        sample.Name != "removals" && Optional().IsMatch(mutation.What);

    [GeneratedRegex("""
        ^\$\.policy\.(produce|consume)\[\d+\]\.attributes\ missing$ |
        ^\$\.policy\.topics\[0\]\.(authentication|history|allowBareTombstones|plaintextUntil|keyRetentionSeconds|archiveReaders)\ missing$ |
        ^\$\.policy\.topics\[\d+\]\.plaintextUntil\ zero$ |
        ^\$\.policy\.topics\[1\]\.allowOutdatedMacs\ missing$ |
        ^\$\.next\ missing$ |
        ^\$\.(narrowings|revocations|development)\ missing$ |
        ^\$\.attributes\ an\ object$ |
        ^\$\.attributes\.\w+\ missing$ |
        ^\$\.statements\[0\]\.core\.readerGroups\.service\ in\ upper\ case$ |
        ^\$\.attributes\.region\ in\ upper\ case$ |
        ^\$\.policy\.\w+\[\d+\]\.attributes\.role\ in\ upper\ case$
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Optional();

    [GeneratedRegex("""
        "(?<name>salt|sealing|hpke|commitment|sealed|signature|package|statement)":"(?<value>[^"]*)"
        """)]
    private static partial Regex Bytes();
}
