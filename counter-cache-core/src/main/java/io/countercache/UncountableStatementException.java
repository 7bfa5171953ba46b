package io.countercache;

/**
 * A bulk statement that would change counted rows, where the changes of the counters cannot be determined exactly. Nothing
 * was changed. The message names the statement, the reason and the ways out.
 */
public class UncountableStatementException extends CounterCacheException {

    private static final long serialVersionUID = 1;

    private final String statement;

    /**
     * Creates an exception for one statement.
     *
     * @param statement the statement, as HQL or SQL
     * @param reason why it cannot be counted
     * @param remedy what to do instead
     */
    public UncountableStatementException(String statement, String reason, String remedy) {
        super("'%s' cannot be counted: %s: %s".formatted(statement, reason, remedy));
        this.statement = statement;
    }

    /**
     * The statement.
     *
     * @return the statement, as HQL or SQL
     */
    public String statement() {
        return statement;
    }
}
