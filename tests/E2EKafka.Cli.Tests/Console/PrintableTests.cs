using System.Text;

namespace E2EKafka.Cli.Tests;

/// <summary>Text that others wrote cannot act on a terminal, and cannot look like another line.</summary>
public class PrintableTests
{
    [TestCase("plain text, ä, 日本, 😀", "plain text, ä, 日本, 😀")]
    [TestCase("C:\\folder", "C:\\folder")]
    [TestCase("a\nb\r\tc", "a\\nb\\r\\tc")]
    [TestCase("\e]0;title\a\e[2J", "\\u001B]0;title\\u0007\\u001B[2J")]
    [TestCase("\u009b31m", "\\u009B31m")]
    [TestCase("a\u202Eb\u2066c\u200Fd\u061Ce", "a\\u202Eb\\u2066c\\u200Fd\\u061Ce", Description = "the direction of writing")]
    [TestCase("a\u200Bb\uFEFFc\u00ADd", "a\\u200Bb\\uFEFFc\\u00ADd", Description = "no width")]
    [TestCase("a\u2028b\u2029c\u0085d", "a\\u2028b\\u2029c\\u0085d", Description = "line breaks")]
    [TestCase("\U000E0041", "\\U000E0041", Description = "tags")]
    public void What_acts_is_escaped_and_the_rest_is_not(string text, string shown)
    {
        Assert.That(Printable.Of(text), Is.EqualTo(shown));
        Assert.That(Written(Encoding.UTF8.GetBytes(text)), Is.EqualTo(shown.Replace("\\t", "\t", StringComparison.Ordinal)), "a tab parts columns of a line");
    }

    // An attribute cannot have it.
    [Test]
    public void Half_a_character_is_escaped() => Assert.That(Printable.Of($"a{(char)0xD800}b"), Is.EqualTo("a\\uD800b"));

    [Test]
    public void Bytes_that_are_no_text_are_escaped() =>
        Assert.That(Written([0x61, 0xFF, 0xC3, 0x28, 0xE2, 0x80, 0x62, 0]), Is.EqualTo("a\\xFF\\xC3(\\xE2\\x80b\\u0000"));

    [Test]
    public void A_table_stays_a_table_whatever_is_in_its_cells([Values] bool isTerminal)
    {
        using var host = new CliHost { HasTerminal = isTerminal };
        using var output = new MemoryStream();
        var screen = new Screen(host.SurroundingsOf(Stream.Null, output, TextWriter.Null), isJson: false);

        screen.Table(["A", "B"], [["1\n2  forged", "\u202Etxet"]]);
        screen.Properties(("Name", "x\nOther  y"));
        screen.Line("one\ntwo");
        screen.Flush();

        var text = Encoding.UTF8.GetString(output.ToArray());
        Assert.Multiple(() =>
        {
            Assert.That(text, Does.Contain("1\\n2  forged").And.Contain("\\u202Etxet").And.Contain("x\\nOther  y").And.Contain("one\\ntwo"));
            Assert.That(text.Count(letter => letter == '\n'), Is.EqualTo(isTerminal ? 7 : 4));
        });
    }

    private static string Written(byte[] text)
    {
        using var output = new MemoryStream();
        Printable.Write(text, output);
        return Encoding.UTF8.GetString(output.ToArray());
    }
}
