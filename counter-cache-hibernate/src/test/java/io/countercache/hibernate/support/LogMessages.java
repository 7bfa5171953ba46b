package io.countercache.hibernate.support;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What a logger logs, of INFO and more unless told otherwise, until this is closed. */
public final class LogMessages implements AutoCloseable {

    private final Logger logger;
    private final ListAppender<ILoggingEvent> messages = new ListAppender<>();

    public LogMessages(String name) {
        this(name, Level.INFO);
    }

    public LogMessages(String name, Level level) {
        logger = (Logger) LoggerFactory.getLogger(name);
        logger.setLevel(level);
        messages.start();
        logger.addAppender(messages);
    }

    public List<String> texts() {
        return messages.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    /** Those that are warnings. */
    public List<String> warnings() {
        return of(Level.WARN);
    }

    /** Those that are errors. */
    public List<String> errors() {
        return of(Level.ERROR);
    }

    private List<String> of(Level level) {
        return messages.list.stream()
                .filter(message -> message.getLevel() == level)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    @Override
    public void close() {
        logger.detachAppender(messages);
        logger.setLevel(null);
    }
}
