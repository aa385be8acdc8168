namespace E2EKafka.Cli.Tests;

/// <summary>Against what java.util.Properties.load does.</summary>
public class JavaPropertiesTests
{
    [TestCase("a=b", "a", "b")]
    [TestCase("  a = b ", "a", "b ")]
    [TestCase("a:b", "a", "b")]
    [TestCase("a b", "a", "b")]
    [TestCase("a\t:\tb", "a", "b")]
    [TestCase("a", "a", "")]
    [TestCase("a=", "a", "")]
    [TestCase("a==b", "a", "=b")]
    [TestCase("a = : b", "a", ": b")]
    [TestCase("a\\=b=c", "a=b", "c")]
    [TestCase("a\\ b=c", "a b", "c")]
    [TestCase("a=b\\\n   c", "a", "bc")]
    [TestCase("a=b\\\\\n", "a", "b\\")]
    [TestCase("a=b\\\r\nc", "a", "bc")]
    [TestCase("a=\\u00e9\\t\\q", "a", "é\tq")]
    [TestCase("# c\n! d\n\na=b # no comment", "a", "b # no comment")]
    [TestCase("a=b\\", "a", "b")]
    public void A_property_is_read_as_java_reads_it(string text, string key, string value)
    {
        var property = JavaProperties.Parse(text).Single();

        Assert.That((property.Key, property.Value), Is.EqualTo((key, value)));
    }

    [Test]
    public void A_property_knows_the_line_that_it_begins_on() =>
        Assert.That(JavaProperties.Parse("a=1\\\n2\n\n# c\nb=3").Select(property => property.Line), Is.EqualTo(new[] { 1, 5 }));
}
