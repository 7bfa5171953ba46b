package io.countercache;

import java.util.List;

/** Wrong declarations of counters, or settings. Thrown when the session factory is built, one exception for all of a kind. */
public class CounterMappingException extends CounterCacheException {

    private static final long serialVersionUID = 1;

    /**
     * Creates an exception for a list of wrong declarations.
     *
     * @param problems for each wrong declaration, where it is, what is wrong, and what to do
     */
    public CounterMappingException(List<String> problems) {
        this("%d wrong counter declaration%s".formatted(problems.size(), problems.size() == 1 ? "" : "s"), problems);
    }

    /**
     * Creates an exception for a list of problems.
     *
     * @param what what they have in common
     * @param problems for each of them, where it is, what is wrong, and what to do
     */
    public CounterMappingException(String what, List<String> problems) {
        super("Cannot start: %s%n  - %s".formatted(what, String.join(System.lineSeparator() + "  - ", problems)));
    }
}
