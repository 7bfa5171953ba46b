package io.countercache.hibernate.guest;

import static io.countercache.hibernate.guest.Added.NOTHING;
import static io.countercache.hibernate.guest.Added.counts;
import static io.countercache.hibernate.guest.Added.locks;
import static io.countercache.hibernate.guest.Site.child;
import static io.countercache.hibernate.support.SameSource.insert;

import io.countercache.hibernate.guest.Site.Child;
import io.countercache.hibernate.guest.Site.Comment;
import io.countercache.hibernate.guest.Site.Line;
import io.countercache.hibernate.guest.Site.Post;
import io.countercache.hibernate.guest.Site.Remark;
import io.countercache.hibernate.guest.Site.Word;
import io.countercache.hibernate.support.TestServer;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** What stateless sessions do to children. They have loaded nothing, so they know no before-image, whatever has a version. */
final class StatelessPrograms {

    private StatelessPrograms() {}

    private static <C extends Child> C one(Supplier<C> type, long id, long post) {
        Post parent = new Post();
        parent.id = post;
        return child(type.get(), id, parent);
    }

    private static <C extends Child> List<C> many(Supplier<C> type, long first, long post) {
        return LongStream.range(first, first + 6)
                .mapToObj(id -> one(type, id, post))
                .toList();
    }

    static Stream<Program> all() {
        return Stream.of(
                Program.stateless("insert a child", counts(1), s -> insert(s, one(Comment::new, 100, 1))),
                Program.stateless(
                        "insert children at once", counts(1), s -> s.insertMultiple(many(Comment::new, 100, 1))),
                Program.stateless("update a child", locks(1), s -> s.update(one(Comment::new, 1, 1))),
                Program.stateless("update children at once", locks(1), s -> s.updateMultiple(many(Comment::new, 1, 1))),
                Program.stateless(
                        "move children at once",
                        locks(1).andCounts(1),
                        s -> s.updateMultiple(many(Comment::new, 1, 2))),
                Program.stateless(
                        "update versioned children at once", locks(1), s -> s.updateMultiple(many(Remark::new, 1, 1))),
                Program.stateless(
                        "update at once what stays with its parent",
                        NOTHING,
                        s -> s.updateMultiple(many(Line::new, 1, 1))),
                Program.stateless("delete a child", locks(1).andCounts(1), s -> s.delete(one(Comment::new, 1, 1))),
                Program.stateless(
                        "delete children at once",
                        locks(1).andCounts(1),
                        s -> s.deleteMultiple(many(Comment::new, 1, 1))),
                Program.stateless(
                        "delete versioned children at once",
                        locks(1).andCounts(1),
                        s -> s.deleteMultiple(many(Remark::new, 1, 1))),
                Program.stateless(
                        "upsert a child that is there", locks(1).andCounts(1), s -> s.upsert(one(Comment::new, 1, 2))),
                Program.stateless(
                        "upsert a child that is not there",
                        locks(1).andCounts(1),
                        s -> s.upsert(one(Comment::new, 100, 1))),
                Program.stateless(
                        "upsert children at once",
                        // which Hibernate sends to MariaDB one by one
                        locks(TestServer.IS_MARIADB ? 6 : 1).andCounts(1),
                        s -> s.upsertMultiple(many(Comment::new, 28, 1))),
                Program.stateless("upsert a versioned child", locks(1), s -> s.upsert(one(Remark::new, 1, 1))),
                Program.stateless("upsert what is not counted", NOTHING, s -> s.upsert(new Word(1))),
                Program.stateless("update a parent", NOTHING, s -> {
                    Post post = s.get(Post.class, 1L);
                    post.title = "edited";
                    s.update(post);
                }),
                Program.stateless("insert, update and delete what is not counted", NOTHING, s -> {
                    insert(s, new Word(100));
                    s.update(new Word(1));
                    s.delete(new Word(2));
                }));
    }
}
