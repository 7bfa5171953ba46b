package io.countercache.hibernate.guest;

import io.countercache.hibernate.support.SentStatements.Sent;
import io.countercache.hibernate.support.TestServer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the library adds to the statements of a program.
 *
 * @param locks SELECTs that lock rows, and may read them as well
 * @param reads SELECTs that only read
 * @param counts UPDATEs that move counters: of one row, of a JDBC batch, or of many rows in one statement
 * @param others what the library has no reason to send
 */
record Added(int locks, int reads, int counts, List<Sent> others) {

    /** What MariaDB needs besides: see {@link #withoutLocksOfParents}. */
    private static final Pattern OF_PARENTS = Pattern.compile(
            "select id from (post|album|tag) where id .* for update|select distinct a\\w+\\.id from album .*");

    private static final Pattern OF_COLLECTION =
            Pattern.compile("(insert into|delete from) album_(label|tag) .*|update photo set album_id=.*");

    static final Added NOTHING = new Added(0, 0, 0, List.of());

    static Added locks(int locks) {
        return new Added(locks, 0, 0, List.of());
    }

    static Added counts(int counts) {
        return new Added(0, 0, counts, List.of());
    }

    Added reads(int more) {
        return new Added(locks, reads + more, counts, others);
    }

    Added andCounts(int more) {
        return new Added(locks, reads, counts + more, others);
    }

    /**
     * What the library has added.
     *
     * @throws AssertionError if a statement is missing, has another text, comes too early, or is in another batch
     */
    static Added to(List<Sent> without, List<Sent> with) {
        List<Sent> added = new ArrayList<>();
        int found = 0;
        for (Sent sent : with) {
            List<Sent> rest = without.subList(found, without.size());
            if (!rest.isEmpty() && sent.equals(withoutCounters(rest.get(0)))) {
                found++;
            } else if (isBatchOf(sent, rest)) {
                found += sent.batch();
            } else {
                added.add(sent);
            }
        }
        if (found < without.size()) {
            throw new AssertionError("not sent: %s%n%nwithout the library:%n  %s%n%nwith it:%n  %s"
                    .formatted(without.get(found), lines(without), lines(with)));
        }
        return of(added);
    }

    /** The exception of the rule for parents: an UPDATE leaves out the counters. An INSERT does not. */
    private static Sent withoutCounters(Sent sent) {
        return sent.text().startsWith("update ")
                ? new Sent(
                        sent.text().replaceAll("\\b\\w+_count=\\?,", "").replaceAll(",\\w+_count=\\?", ""),
                        sent.batch())
                : sent;
    }

    /**
     * The exception of the rule for collections in a session without batches: a change that deletes rows is sent in batches, as
     * only these report how many rows a DELETE has found. So the same statements are sent in fewer batches.
     */
    private static boolean isBatchOf(Sent sent, List<Sent> statements) {
        return sent.batch() > 0
                && OF_COLLECTION.matcher(sent.text()).matches()
                && sent.batch() <= statements.size()
                && statements.subList(0, sent.batch()).stream().allMatch(new Sent(sent.text(), 0)::equals);
    }

    static Added of(List<Sent> statements) {
        Set<String> parents = new HashSet<>();
        int locks = 0;
        int reads = 0;
        int counts = 0;
        List<Sent> others = new ArrayList<>();
        for (Sent sent : statements) {
            if (isOfParents(sent) && parents.add(sent.text())) {
                continue;
            }
            if (isCount(sent)) {
                counts++;
            } else if (!sent.text().startsWith("select ")) {
                others.add(sent);
            } else if (sent.text().contains(" for update") || sent.text().contains(" for no key update")) {
                locks++;
            } else {
                reads++;
            }
        }
        return new Added(locks, reads, counts, List.copyOf(others));
    }

    /** MariaDB needs them before the INSERT of a child, which locks its parent against an UPDATE by others. */
    static List<Sent> withoutLocksOfParents(List<Sent> statements) {
        return statements.stream().filter(sent -> !isOfParents(sent)).toList();
    }

    private static boolean isOfParents(Sent sent) {
        return TestServer.IS_MARIADB && OF_PARENTS.matcher(sent.text()).matches();
    }

    static boolean isCount(Sent sent) {
        return sent.text().startsWith("with m as ")
                || (sent.text().startsWith("update ") && sent.text().contains("coalesce("));
    }

    static String lines(List<Sent> statements) {
        return String.join("\n  ", statements.stream().map(Sent::toString).toList());
    }
}
