package io.countercache.hibernate.internal.entity;

import io.countercache.hibernate.internal.entity.ImageReader.Row;
import io.countercache.hibernate.internal.model.Snapshot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.hibernate.engine.spi.EntityKey;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/** What one session knows of before images: which its flush is going to need, which it has read, and for which statements. */
final class SessionImages {

    /** The images of statements that are being executed. */
    private final Map<EntityKey, Image> running = new HashMap<>();
    /** Rows whose images the current flush is going to need, by the query that reads them. */
    private final Map<String, Expected> expected = new HashMap<>();
    /** The rows that this flush or batch has locked, as they are now; null for those that do not exist. */
    private final Map<EntityKey, @Nullable Row> known = new HashMap<>();
    /** The rows in the open JDBC batch of a stateless session: see {@link BatchedImages}. */
    final List<Waiting> waiting = new ArrayList<>();

    boolean isListening;
    /** Whether the database may have changed rows along with one that this flush has deleted. */
    private boolean isChangedByDatabase;

    /**
     * A row whose statement is in an open batch.
     *
     * @param count what is to be done once the image is read
     */
    record Waiting(Image image, Runnable count) {}

    /** Rows that one query reads. */
    private record Expected(ImageQuery query, Set<EntityKey> keys) {}

    /** Announces that the current flush is going to move or delete a row. */
    void expect(EntityKey key, ImageQuery query) {
        add(key, query, expected);
    }

    private static void add(EntityKey key, ImageQuery query, Map<String, Expected> rows) {
        rows.computeIfAbsent(query.columns(), any -> new Expected(query, new HashSet<>()))
                .keys()
                .add(key);
    }

    /**
     * Remembers the image of a statement until that ends.
     *
     * @param isOnly whether all statements before it have ended: a stateless session does not report those that were vetoed
     */
    void begin(Image image, boolean isOnly) {
        if (isOnly) {
            running.clear();
        }
        running.put(image.key, image);
    }

    /** Sets the image of a statement that was announced before its row was inserted. */
    void inserted(Object id, EntityPersister persister, Snapshot after, SharedSessionContractImplementor session) {
        Image image = running.isEmpty() ? null : running.get(session.generateEntityKey(id, persister));
        if (image != null && !image.isRead()) {
            image.read(new Row(after, null));
        }
    }

    /** Returns the image of a statement that has ended; null if none was needed. */
    @Nullable
    Image end(Object id, EntityPersister persister, SharedSessionContractImplementor session) {
        return running.isEmpty() ? null : running.remove(session.generateEntityKey(id, persister));
    }

    List<Image> unread() {
        return running.values().stream().filter(image -> !image.isRead()).toList();
    }

    /**
     * Reads an image. If its row is not known, all others that the flush is going to need are read with it.
     *
     * @param mayBeChanged whether the database may change the row along with another one
     */
    void read(Image image, boolean mayBeChanged, ImageReader reader, SharedSessionContractImplementor session) {
        Expected rows = expected.get(image.query.columns());
        if (!known.containsKey(image.key)) {
            if (mayBeChanged && isChangedByDatabase) {
                session.getJdbcCoordinator()
                        .executeBatch(); // it may have the DELETE by which the database changes the row
            }
            Set<EntityKey> keys = rows != null && rows.keys().contains(image.key) ? rows.keys() : Set.of(image.key);
            read(image.query, keys, reader, session);
        }
        if (rows != null) {
            rows.keys().remove(image.key);
        }
        show(image);
    }

    private void read(
            ImageQuery query, Set<EntityKey> keys, ImageReader reader, SharedSessionContractImplementor session) {
        List<Object> ids = keys.stream().map(EntityKey::getIdentifier).toList();
        Map<Object, Row> rows = reader.read(query, ids, session);
        keys.forEach(key -> known.put(key, null));
        rows.forEach((id, row) ->
                known.put(session.generateEntityKey(id, query.watched().entity()), row));
    }

    /** Reads the rows of several images, whatever their entities, which are then known. */
    void readAll(Collection<Image> images, ImageReader reader, SharedSessionContractImplementor session) {
        Map<String, Expected> rows = new HashMap<>();
        images.forEach(image -> add(image.key, image.query, rows));
        rows.values().forEach(each -> read(each.query(), each.keys(), reader, session));
    }

    /** Sets an image to what is known of its row. */
    void show(Image image) {
        image.read(known.get(image.key));
    }

    /** Remembers what a statement has made of a locked row, for the next statement of the same flush. */
    void changed(EntityKey key, @Nullable Snapshot after) {
        if (known.containsKey(key)) {
            known.put(key, after == null ? null : new Row(after, null));
        }
    }

    /**
     * The database may change rows by itself when the next statement is executed: forgets those that are known of these entities.
     * From now on they are read one by one, for each of the DELETEs that follow may change more of them.
     */
    void changedByDatabase(Predicate<EntityPersister> mayBeChanged) {
        isChangedByDatabase = true;
        known.keySet().removeIf(key -> mayBeChanged.test(key.getPersister()));
        expected.values()
                .removeIf(rows -> mayBeChanged.test(rows.query().watched().entity()));
    }

    /** Forgets everything but the images of running statements: a flush begins or ends. */
    void forget() {
        expected.clear();
        known.clear();
        isChangedByDatabase = false;
    }
}
