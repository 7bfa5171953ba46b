package io.countercache;

import java.util.List;

/** Wrong declarations of counters. Thrown when the session factory is built, one exception for all of them. */
public class CounterMappingException extends CounterCacheException {

    private static final long serialVersionUID = 1;

    /**
     * Creates an exception for a list of wrong declarations.
     *
     * @param problems for each wrong declaration, where it is, what is wrong, and what to do
     */
    public CounterMappingException(List<String> problems) {
        super("Cannot start: %d wrong counter declaration%s%n  - %s"
                .formatted(
                        problems.size(),
                        problems.size() == 1 ? "" : "s",
                        String.join(System.lineSeparator() + "  - ", problems)));
    }
}
