package io.countercache.samples.springboot;

import io.countercache.CounterMove;
import io.countercache.hibernate.spring.CountersMoved;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Says in the log what each transaction has counted. An application would update a search index here, or pages that are open. */
@Component
class CountedLog {

    private static final Logger LOG = LoggerFactory.getLogger(CountedLog.class);

    private static final int LISTED = 5;

    @EventListener
    void on(CountersMoved event) {
        if (LOG.isInfoEnabled()) {
            int others = event.moves().size() - LISTED; // a repair moves thousands
            LOG.info(
                    "Counted: {}{}",
                    event.moves().stream().limit(LISTED).map(CountedLog::text).collect(Collectors.joining("; ")),
                    others > 0 ? "; and %d more".formatted(others) : "");
        }
    }

    private static String text(CounterMove move) {
        Map<String, Number> amounts = new TreeMap<>(move.amounts());
        return amounts.entrySet().stream()
                .map(amount ->
                        "%s %+d".formatted(amount.getKey(), amount.getValue().longValue()))
                .collect(Collectors.joining(", ", "%s %s: ".formatted(move.entity(), move.id()), ""));
    }
}
