package io.countercache.hibernate.internal.bulk;

import java.util.ArrayList;
import java.util.List;
import org.hibernate.query.sqm.spi.BaseSemanticQueryWalker;
import org.hibernate.query.sqm.tree.domain.SqmAnyValuedSimplePath;
import org.hibernate.query.sqm.tree.domain.SqmBasicValuedSimplePath;
import org.hibernate.query.sqm.tree.domain.SqmEmbeddedValuedSimplePath;
import org.hibernate.query.sqm.tree.domain.SqmEntityValuedSimplePath;
import org.hibernate.query.sqm.tree.domain.SqmPath;
import org.hibernate.query.sqm.tree.select.SqmSubQuery;
import org.hibernate.query.sqm.tree.update.SqmAssignment;
import org.hibernate.query.sqm.tree.update.SqmUpdateStatement;

/**
 * Collects the paths in the new values of an UPDATE, wherever they are in an expression: each may join other rows. Those in
 * subqueries join rows in these only.
 */
final class JoinedPaths extends BaseSemanticQueryWalker {

    private final List<SqmPath<?>> paths = new ArrayList<>();

    private JoinedPaths() {}

    static List<SqmPath<?>> of(SqmUpdateStatement<?> update) {
        JoinedPaths collector = new JoinedPaths();
        update.getSetClause().getAssignments().stream()
                .map(SqmAssignment::getValue)
                .forEach(value -> value.accept(collector));
        return collector.paths;
    }

    private Object add(SqmPath<?> path) {
        paths.add(path);
        return path;
    }

    @Override
    public Object visitBasicValuedPath(SqmBasicValuedSimplePath<?> path) {
        return add(path);
    }

    @Override
    public Object visitEmbeddableValuedPath(SqmEmbeddedValuedSimplePath<?> path) {
        return add(path);
    }

    @Override
    public Object visitEntityValuedPath(SqmEntityValuedSimplePath<?> path) {
        return add(path);
    }

    @Override
    public Object visitAnyValuedValuedPath(SqmAnyValuedSimplePath<?> path) {
        return add(path);
    }

    @Override
    public Object visitSubQueryExpression(SqmSubQuery<?> subquery) {
        return subquery;
    }
}
