package io.countercache.hibernate;

import io.countercache.CounterCache;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import org.hibernate.Session;

/** A child without a version, and what two sessions can do to it at once. */
final class Notes {

    private Notes() {}

    @Entity(name = "Pad")
    static class Pad {
        @Id
        Long id;

        int notesCount;

        Pad() {}

        Pad(long id) {
            this.id = id;
        }
    }

    @Entity(name = "Note")
    static class Note {
        @Id
        Long id;

        String text;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Pad pad;

        Note() {}

        Note(long id, Pad pad) {
            this.id = id;
            this.pad = pad;
        }
    }

    /** What a session does to a note that it has loaded. */
    interface Change {
        void make(Session session, Note note);
    }

    static Change moveTo(long pad) {
        return (session, note) -> note.pad = session.getReference(Pad.class, pad);
    }

    static Change takeOff() {
        return (session, note) -> note.pad = null;
    }

    static Change delete() {
        return Session::remove;
    }

    static Change edit(String text) {
        return (session, note) -> note.text = text;
    }

    /** Two sessions that have both loaded a note before either changes it; then one commits, then the other. */
    static void oneAfterTheOther(TestDatabase db, long note, Change earlier, Change later) {
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
    static void atTheSameTime(TestDatabase db, long note, Change earlier, Change later) {
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
