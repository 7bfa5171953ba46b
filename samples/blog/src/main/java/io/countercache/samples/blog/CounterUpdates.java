package io.countercache.samples.blog;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import javax.sql.DataSource;
import net.ttddyy.dsproxy.QueryInfo;
import net.ttddyy.dsproxy.proxy.ParameterSetOperation;
import net.ttddyy.dsproxy.support.ProxyDataSourceBuilder;

/** The counter UPDATEs that went through a data source, one for each row of a batch. */
final class CounterUpdates {

    private final ConcurrentLinkedQueue<String> sent = new ConcurrentLinkedQueue<>();

    DataSource watch(DataSource database) {
        return ProxyDataSourceBuilder.create(database)
                .afterQuery((execution, queries) ->
                        queries.stream().flatMap(CounterUpdates::updates).forEach(sent::add))
                .build();
    }

    /** What was sent since this was asked last. */
    List<String> take() {
        List<String> taken = List.copyOf(sent);
        sent.clear();
        return taken;
    }

    private static Stream<String> updates(QueryInfo query) {
        String sql = query.getQuery();
        return sql.toLowerCase(Locale.ROOT).startsWith("update") && sql.contains("comments_count")
                ? query.getParametersList().stream().map(parameters -> sql + "  " + values(parameters))
                : Stream.empty();
    }

    private static String values(List<ParameterSetOperation> parameters) {
        return parameters.stream()
                .map(parameter -> String.valueOf(parameter.getArgs()[1]))
                .collect(joining(", ", "[", "]"));
    }
}
