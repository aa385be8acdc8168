using System.Text;
using E2EKafka.QuickStart;

namespace E2EKafka.Samples.Tests;

[TestFixture]
public class PlaintextSearchTests
{
    private const string Secret = "Ada Lovelace";

    private readonly PlaintextSearch _search = new([Secret]);

    [Test]
    public void It_finds_a_text_however_it_is_encoded([Range(0, 5)] int shift)
    {
        var around = new string('~', shift);
        var bytes = Encoding.UTF8.GetBytes($"{around}{Secret}?{around}");
        Assert.Multiple(() =>
        {
            Assert.That(_search.Find(bytes), Is.EqualTo(Secret));
            Assert.That(_search.Find(Encoding.Unicode.GetBytes(Secret)), Is.EqualTo(Secret));
            Assert.That(_search.Find(Encoding.ASCII.GetBytes(Convert.ToHexString(bytes))), Is.EqualTo(Secret));
            Assert.That(_search.Find(Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes))), Is.EqualTo(Secret));
            Assert.That(_search.Find(Encoding.ASCII.GetBytes(System.Buffers.Text.Base64Url.EncodeToString(bytes))), Is.EqualTo(Secret));
        });
    }

    [Test]
    public void It_finds_nothing_where_nothing_is() => Assert.That(_search.Find("Ada  Lovelace"u8.ToArray()), Is.Null);
}
