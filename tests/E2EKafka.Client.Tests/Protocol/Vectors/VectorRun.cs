using System.Text.Json.Nodes;

namespace E2EKafka.Client.Tests.Vectors;

/// <summary>Runs a vector with the library's own code.</summary>
/// <param name="context">What the file's vectors share.</param>
/// <param name="input">What the vector gives.</param>
/// <param name="expected">What it expects to follow.</param>
/// <param name="actual">What follows, under the same names as expected.</param>
/// <returns>What comes of it.</returns>
internal delegate string VectorRun(JsonObject context, JsonObject input, JsonObject expected, JsonObject actual);
