package io.countercache.hibernate.guest;

import static io.countercache.hibernate.guest.Added.NOTHING;
import static io.countercache.hibernate.guest.Added.counts;
import static io.countercache.hibernate.guest.Added.locks;
import static io.countercache.hibernate.guest.Site.child;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.guest.Site.Ballot;
import io.countercache.hibernate.guest.Site.Booth;
import io.countercache.hibernate.guest.Site.Child;
import io.countercache.hibernate.guest.Site.Comment;
import io.countercache.hibernate.guest.Site.Doc;
import io.countercache.hibernate.guest.Site.Hit;
import io.countercache.hibernate.guest.Site.Line;
import io.countercache.hibernate.guest.Site.Media;
import io.countercache.hibernate.guest.Site.Poll;
import io.countercache.hibernate.guest.Site.Post;
import io.countercache.hibernate.guest.Site.Remark;
import io.countercache.hibernate.guest.Site.Report;
import io.countercache.hibernate.guest.Site.Tip;
import io.countercache.hibernate.guest.Site.Video;
import io.countercache.hibernate.guest.Site.Vote;
import io.countercache.hibernate.guest.Site.Word;
import io.countercache.hibernate.support.TestServer;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.hibernate.LockMode;
import org.hibernate.Session;

/** What sessions do to children that a to-one association counts, and to their parents. */
final class Programs {

    private Programs() {}

    static Stream<Program> all() {
        return Stream.of(inserts(), edits(), moves(), removals(), cascades(), types(), reads(), flushes())
                .flatMap(programs -> programs);
    }

    static Post post(Session session, long id) {
        return session.find(Post.class, id);
    }

    static <E> List<E> first(int rows, Class<E> type, Session session) {
        return session.createSelectionQuery(
                        "from %s where id <= %d order by id".formatted(type.getSimpleName(), rows), type)
                .getResultList();
    }

    private static void persist(Session session, int rows, Supplier<? extends Child> type, Post post) {
        LongStream.range(100, 100 + rows).forEach(id -> session.persist(child(type.get(), id, post)));
    }

    private static void edit(Session session, Class<? extends Child> type) {
        first(6, type, session).forEach(child -> child.text = "edited");
    }

    private static void move(Session session, Class<? extends Child> type) {
        Post other = session.getReference(Post.class, 2L);
        first(6, type, session).forEach(child -> child.moveTo(other));
    }

    private static void remove(Session session, Class<?> type) {
        first(6, type, session).forEach(session::remove);
    }

    private static Comment detached(Session session, long id, long post) {
        return child(new Comment(), id, session.getReference(Post.class, post));
    }

    private static Stream<Program> inserts() {
        return Stream.of(
                Program.of("persist a child", counts(1), s -> persist(s, 1, Comment::new, post(s, 1))),
                Program.of(
                        "persist children",
                        counts(1),
                        s -> persist(s, 8, Comment::new, s.getReference(Post.class, 1L))),
                Program.of("persist versioned children", counts(1), s -> persist(s, 8, Remark::new, post(s, 1))),
                Program.of("persist children with generated ids", counts(1), s -> {
                    for (int i = 0; i < 3; i++) {
                        s.persist(new Hit(post(s, 1)));
                    }
                }),
                Program.of("persist a parent with its children", NOTHING, s -> {
                    Post post = new Post(100);
                    LongStream.range(100, 105).forEach(id -> post.comments.add(child(new Comment(), id, post)));
                    s.persist(post);
                }),
                Program.of(
                        "persist children of several parents in turn",
                        counts(1),
                        s -> LongStream.range(100, 109)
                                .forEach(id -> s.persist(child(new Comment(), id, post(s, id % 3 + 1))))),
                Program.of("persist a child, and edit its parent", counts(1), s -> {
                    persist(s, 1, Comment::new, post(s, 1));
                    post(s, 1).title = "edited";
                }),
                Program.of("persist children of several types in turn", counts(1), s -> {
                    for (int id = 100; id < 106; id++) {
                        s.persist(child(new Comment(), id, post(s, 1)));
                        s.persist(child(new Remark(), id, post(s, 1)));
                    }
                }));
    }

    private static Stream<Program> edits() {
        return Stream.of(
                Program.of("edit children", locks(1), s -> edit(s, Comment.class)),
                Program.of("edit versioned children", NOTHING, s -> edit(s, Remark.class)),
                Program.of("edit children with @DynamicUpdate", NOTHING, s -> edit(s, Tip.class)),
                Program.of("edit children that stay with their parent", NOTHING, s -> edit(s, Line.class)),
                Program.of(
                        "edit parents", NOTHING, s -> first(3, Post.class, s).forEach(post -> post.title = "edited")),
                Program.of("merge an edited child", locks(1), s -> s.merge(detached(s, 1, 1))),
                Program.of("merge an edited parent", NOTHING, s -> {
                    Post post = post(s, 1);
                    s.clear();
                    post.title = "edited";
                    s.merge(post);
                }),
                Program.of(
                        "a bulk statement that moves no counter",
                        NOTHING,
                        s -> s.createMutationQuery("update Comment set text = 'edited'")
                                .executeUpdate()));
    }

    private static Stream<Program> moves() {
        return Stream.of(
                Program.of("move children", locks(1).andCounts(1), s -> move(s, Comment.class)),
                Program.of("move versioned children", counts(1), s -> move(s, Remark.class)),
                Program.of("move children with @DynamicUpdate", locks(1).andCounts(1), s -> move(s, Tip.class)),
                Program.of("move children to a new parent", locks(1).andCounts(1), s -> {
                    Post post = new Post(100);
                    s.persist(post);
                    first(6, Comment.class, s).forEach(comment -> comment.moveTo(post));
                }),
                Program.of("merge a moved child", locks(1).andCounts(1), s -> s.merge(detached(s, 1, 2))));
    }

    static Stream<Program> removals() {
        return Stream.of(
                Program.of("remove children", locks(1).andCounts(1), s -> remove(s, Comment.class)),
                Program.of("remove versioned children", counts(1), s -> remove(s, Remark.class)),
                Program.of("remove children with @DynamicUpdate", locks(1).andCounts(1), s -> remove(s, Tip.class)),
                Program.of("remove children that stay with their parent", counts(1), s -> remove(s, Line.class)),
                Program.of("remove detached children", locks(1).andCounts(1), s -> {
                    s.remove(detached(s, 1, 1));
                    s.remove(detached(s, 2, 1));
                }),
                Program.of("remove references that are loaded", locks(1).andCounts(1), s -> {
                    first(2, Comment.class, s);
                    s.remove(s.getReference(Comment.class, 1L));
                    s.remove(s.getReference(Comment.class, 2L));
                }));
    }

    /** As with any other listener for DELETEs, Hibernate loads what is removed by a reference, whatever its entity is. */
    static Stream<Program> removalsByReference() {
        return Stream.of(
                Program.of("remove references to children", locks(1).reads(2).andCounts(1), s -> {
                    s.remove(s.getReference(Comment.class, 1L));
                    s.remove(s.getReference(Comment.class, 2L));
                }),
                Program.of("remove references to what is not counted", NOTHING.reads(2), s -> {
                    s.remove(s.getReference(Word.class, 1L));
                    s.remove(s.getReference(Word.class, 2L));
                }),
                Program.of(
                        "remove references to parents whose children the database deletes",
                        locks(2).reads(2 + 2).andCounts(1),
                        s -> {
                            s.remove(s.getReference(Booth.class, 1L));
                            s.remove(s.getReference(Booth.class, 2L));
                        }),
                Program.of(
                        "remove a row and the child that it refers to",
                        locks(3).reads(2 + 1).andCounts(1),
                        s -> s.remove(s.find(Poll.class, 3L))));
    }

    static Stream<Program> cascades() {
        return Stream.of(
                Program.of("remove a parent with its children", locks(1), s -> s.remove(post(s, 3))),
                Program.of(
                        "remove orphans",
                        locks(1).andCounts(1),
                        s -> post(s, 1).comments.removeIf(comment -> comment.id <= 6)),
                Program.of(
                        "clear a collection",
                        locks(1).andCounts(1),
                        s -> post(s, 1).comments.clear()),
                Program.of(
                        "remove parents whose elements the database deletes",
                        locks(2).reads(2).andCounts(1),
                        s -> {
                            s.remove(s.find(Poll.class, 1L));
                            s.remove(s.find(Poll.class, 2L));
                        }),
                Program.of(
                        "remove parents whose children the database deletes",
                        locks(2).reads(2).andCounts(1),
                        s -> {
                            s.remove(s.find(Booth.class, 1L));
                            s.remove(s.find(Booth.class, 2L));
                        }),
                Program.of("edit children that the database may delete", locks(1), s -> edit(s, Vote.class)),
                Program.of(
                        "remove children that the database may delete",
                        locks(1).andCounts(1),
                        s -> remove(s, Ballot.class)));
    }

    private static Stream<Program> types() {
        return Stream.of(
                Program.of(
                        "persist rows of a joined hierarchy", counts(1), s -> persist(s, 3, Report::new, post(s, 1))),
                Program.of("edit rows of a joined hierarchy", locks(1), s -> edit(s, Doc.class)),
                Program.of(
                        "edit rows of a joined subclass's table",
                        NOTHING,
                        s -> first(5, Report.class, s).forEach(report -> report.pages++)),
                Program.of("move rows of a joined hierarchy", locks(1).andCounts(1), s -> move(s, Doc.class)),
                Program.of("remove rows of a joined hierarchy", locks(1).andCounts(1), s -> remove(s, Doc.class)),
                Program.of("persist rows of a single table", counts(1), s -> persist(s, 3, Video::new, post(s, 1))),
                Program.of("edit rows of a single table", locks(1), s -> edit(s, Media.class)),
                Program.of("move rows of a single table", locks(1).andCounts(1), s -> move(s, Media.class)),
                Program.of("remove rows of a single table", locks(1).andCounts(1), s -> remove(s, Media.class)));
    }

    private static Stream<Program> reads() {
        return Stream.of(
                Program.of("read", NOTHING, s -> {
                    Post post = post(s, 1);
                    post.comments.forEach(comment -> assertThat(comment.text).isEqualTo("old"));
                    first(30, Doc.class, s);
                    s.refresh(post);
                    s.lock(post, LockMode.PESSIMISTIC_WRITE);
                }),
                Program.of("query the children in between", counts(1), s -> {
                    persist(s, 3, Comment::new, post(s, 1));
                    first(30, Comment.class, s);
                    s.persist(child(new Comment(), 110, post(s, 1)));
                }),
                Program.of("query another table in between", counts(1), s -> {
                    persist(s, 3, Comment::new, post(s, 1));
                    first(3, Word.class, s);
                    s.persist(child(new Comment(), 110, post(s, 1)));
                }),
                Program.of("change what is not counted", NOTHING, s -> {
                    s.persist(new Word(100));
                    s.find(Word.class, 1L).text = "edited";
                    s.remove(s.find(Word.class, 2L));
                }));
    }

    /** MariaDB needs the locks of parents once more when the next flush needs others. Here a query flushes first, or the program. */
    private static final int OF_A_FLUSH = TestServer.IS_MARIADB ? 1 : 0;

    private static Stream<Program> flushes() {
        return Stream.of(
                Program.of("several flushes", locks(2 + OF_A_FLUSH).andCounts(1), s -> {
                    persist(s, 3, Comment::new, post(s, 1));
                    s.flush();
                    move(s, Comment.class);
                    s.flush();
                    s.remove(s.find(Comment.class, 7L));
                    s.remove(s.find(Comment.class, 8L));
                }),
                Program.of(
                        "insert, edit, move and remove in one flush",
                        locks(1 + OF_A_FLUSH).andCounts(1),
                        s -> {
                            persist(s, 3, Comment::new, post(s, 1));
                            List<Comment> comments = first(12, Comment.class, s);
                            comments.subList(0, 3).forEach(comment -> comment.text = "edited");
                            comments.subList(3, 7).forEach(comment -> comment.moveTo(post(s, 2)));
                            comments.subList(7, 12).forEach(s::remove);
                        }),
                Program.of("change several types in one flush", locks(2).andCounts(1), s -> {
                    move(s, Comment.class);
                    remove(s, Doc.class);
                    move(s, Remark.class);
                    edit(s, Tip.class);
                    post(s, 1).title = "edited";
                }));
    }
}
