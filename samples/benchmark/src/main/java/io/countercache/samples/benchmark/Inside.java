package io.countercache.samples.benchmark;

import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * What a counter costs inside the JVM: time and allocation, measured by JMH. Takes the options of JMH, and writes {@code
 * docs/benchmark/inside.csv} unless these name another file.
 */
public final class Inside {

    private Inside() {}

    public static void main(String[] args) throws RunnerException, CommandLineOptionException {
        CommandLineOptions given = new CommandLineOptions(args);
        new Runner(new OptionsBuilder()
                        .parent(given)
                        .resultFormat(ResultFormatType.CSV)
                        .result(given.getResult().orElse("docs/benchmark/inside.csv"))
                        .addProfiler(GCProfiler.class)
                        .build())
                .run();
    }
}
