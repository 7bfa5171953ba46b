package io.countercache.hibernate.support;

import io.countercache.CounterCache;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import org.hibernate.Session;

/** A child without a version, and what two sessions can do to it at once. */
public final class Notes {

    private Notes() {}

    @Entity(name = "Pad")
    public static class Pad {
        @Id
        Long id;

        int notesCount;

        Pad() {}

        public Pad(long id) {
            this.id = id;
        }
    }

    @Entity(name = "Note")
    public static class Note {
        @Id
        Long id;

        public String text;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        public Pad pad;

        Note() {}

        public Note(long id, Pad pad) {
            this.id = id;
            this.pad = pad;
        }
    }

    /** What a session does to a note that it has loaded. */
    public interface Change {
        void make(Session session, Note note);
    }

    public static Change moveTo(long pad) {
        return (session, note) -> note.pad = session.getReference(Pad.class, pad);
    }

    public static Change takeOff() {
        return (session, note) -> note.pad = null;
    }

    public static Change delete() {
        return Session::remove;
    }

    public static Change edit(String text) {
        return (session, note) -> note.text = text;
    }

    /** Two sessions that have both loaded a note before either changes it; then one commits, then the other. */
    public static void oneAfterTheOther(TestDatabase db, long note, Change earlier, Change later) {
        try (Session one = db.factory().openSession();
                Session other = db.factory().openSession()) {
            one.beginTransaction();
            other.beginTransaction();
            Note ofOne = one.find(Note.class, note);
            Note ofOther = other.find(Note.class, note);
            earlier.make(one, ofOne);
            later.make(other, ofOther);
            one.getTransaction().commit();
            other.getTransaction().commit();
        }
    }

    /** The same, but the statement of the later one is already waiting for the row when the earlier one commits. */
    public static void atTheSameTime(TestDatabase db, long note, Change earlier, Change later) {
        try (Session one = db.factory().openSession();
                Session other = db.factory().openSession();
                Concurrently concurrently = new Concurrently(db)) {
            one.beginTransaction();
            other.beginTransaction();
            Note ofOne = one.find(Note.class, note);
            Note ofOther = other.find(Note.class, note);
            earlier.make(one, ofOne);
            one.flush();
            later.make(other, ofOther);
            var waiting = concurrently.start(() -> other.getTransaction().commit());
            concurrently.awaitWaiting(1);
            one.getTransaction().commit();
            Concurrently.finish(waiting);
        }
    }
}
