package io.countercache.hibernate.internal.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The text of a query of Hibernate in which each SELECT, also a nested one, locks the rows that it reads. On MySQL and MariaDB only
 * such a SELECT reads what is there now, whatever the isolation level of the transaction is.
 */
final class LockingReads {

    private static final Pattern OWN_LOCK =
            Pattern.compile(" (for update|for share|lock in share mode)\\b[^()'\"`]*$", Pattern.CASE_INSENSITIVE);
    private static final String UNION = " union ";
    private static final String ALL = "all ";

    private final String sql;
    private final String lock;

    private LockingReads(String sql, String lock) {
        this.sql = sql;
        this.lock = lock;
    }

    /** @param lock the end of a SELECT that locks; a query that has a lock of its own at its end keeps that */
    static String of(String sql, String lock) {
        Matcher own = OWN_LOCK.matcher(sql);
        int end = own.find() ? own.start() : sql.length();
        String query = String.join(UNION, new LockingReads(sql, lock).parts(0, end));
        return end == sql.length() ? query + lock : query + sql.substring(end);
    }

    /** A part of the text, with a lock for each SELECT in parentheses, split where a union has its next SELECT. */
    private List<String> parts(int from, int end) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        int at = from;
        while (at < end) {
            char next = sql.charAt(at);
            if (isQuote(next)) {
                int close = sql.indexOf(next, at + 1) + 1;
                part.append(sql, at, close);
                at = close;
            } else if (next == '(') {
                int close = close(at);
                part.append('(').append(nested(at + 1, close)).append(')');
                at = close + 1;
            } else if (sql.regionMatches(true, at, UNION, 0, UNION.length())) {
                parts.add(part.toString());
                part.setLength(0);
                at += UNION.length();
            } else {
                part.append(next);
                at++;
            }
        }
        parts.add(part.toString());
        return parts;
    }

    /** What is in parentheses. Each SELECT of a union has its own lock, and parentheses around it. */
    private String nested(int from, int end) {
        List<String> parts = parts(from, end);
        boolean isSelect = sql.regionMatches(true, from, "select ", 0, 7);
        if (!isSelect || parts.size() == 1) {
            return String.join(UNION, parts) + (isSelect ? lock : "");
        }
        return parts.stream().map(this::lockedPart).collect(Collectors.joining(UNION));
    }

    private String lockedPart(String part) {
        String all = part.startsWith(ALL) ? ALL : "";
        return all + "(" + part.substring(all.length()) + lock + ")";
    }

    private static boolean isQuote(char character) {
        return character == '\'' || character == '`' || character == '"';
    }

    /** Where the parenthesis that opens here closes. */
    private int close(int open) {
        int depth = 0;
        for (int at = open; ; at++) {
            char next = sql.charAt(at);
            if (isQuote(next)) {
                at = sql.indexOf(next, at + 1);
            } else if (next == '(') {
                depth++;
            } else if (next == ')' && --depth == 0) {
                return at;
            }
        }
    }
}
