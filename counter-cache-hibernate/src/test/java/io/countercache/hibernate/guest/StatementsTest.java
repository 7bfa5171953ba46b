package io.countercache.hibernate.guest;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.guest.Site.Comment;
import io.countercache.hibernate.guest.Site.Post;
import io.countercache.hibernate.support.SentStatements.Sent;
import io.countercache.hibernate.support.SinceHibernate;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The library is a guest: every statement that Hibernate sends without it is sent with it as well, with the same text, in the
 * same order and the same JDBC batches. It only adds its own, and each program says which.
 */
class StatementsTest {

    private static Houses houses;

    @BeforeAll
    static void open() {
        houses = new Houses();
    }

    @AfterAll
    static void close() {
        houses.close();
    }

    static Stream<Arguments> programs() {
        return inEachSetting(Stream.concat(Programs.all(), CollectionPrograms.all()));
    }

    static Stream<Arguments> statelessPrograms() {
        return inEachSetting(StatelessPrograms.all());
    }

    private static Stream<Arguments> inEachSetting(Stream<Program> programs) {
        List<Program> all = programs.toList();
        return Setting.all().flatMap(setting -> all.stream().map(program -> Arguments.of(program, setting)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("programs")
    void whatHibernateSendsStaysAsItIs(Program program, Setting setting) {
        List<Sent> without = houses.sentBy(program, setting, false);
        List<Sent> with = houses.sentBy(program, setting, true);
        assertThat(Added.to(without, with))
                .as(() -> "added to\n  %s\nwhich became\n  %s".formatted(Added.lines(without), Added.lines(with)))
                .isEqualTo(program.added());
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("statelessPrograms")
    @SinceHibernate("7.2")
    void whatHibernateSendsForAStatelessSessionStaysAsItIs(Program program, Setting setting) {
        whatHibernateSendsStaysAsItIs(program, setting);
    }

    @ParameterizedTest
    @MethodSource("io.countercache.hibernate.guest.Setting#all")
    void oneStatementReadsFiveHundredChildren(Setting setting) {
        Program removal = Program.of(
                "remove 530 children",
                Added.locks(2).andCounts(1),
                session -> session.createSelectionQuery("from Comment where id > 500 order by id", Comment.class)
                        .getResultList()
                        .forEach(session::remove));
        List<Sent> without = houses.sentBy(removal, setting, false, Houses.comments(501, 1030));
        List<Sent> with = houses.sentBy(removal, setting, true, Houses.comments(501, 1030));
        assertThat(Added.to(without, with)).isEqualTo(removal.added());
    }

    @ParameterizedTest
    @MethodSource("ofUnversionedChildren")
    void childrenThatAreTrustedAreNotRead(Program program) {
        List<Sent> without = houses.sentBy(program, Setting.TRUSTING, false);
        List<Sent> with = houses.sentBy(program, Setting.TRUSTING, true);
        assertThat(Added.to(without, with))
                .isEqualTo(Added.counts(program.added().counts()));
    }

    static Stream<Program> ofUnversionedChildren() {
        return Programs.all()
                .filter(program -> List.of("edit children", "move children", "remove children", "clear a collection")
                        .contains(program.name()));
    }

    /**
     * Hibernate reports a DELETE that a listener has vetoed as done. Where a listener of the application may do so, DELETEs are
     * sent one by one, which is a named exception; all else about them is as it was.
     */
    @ParameterizedTest
    @MethodSource("removals")
    void whereAListenerMayVetoDeletesAreSentOneByOne(Program program) {
        List<Sent> without = oneByOne(houses.sentBy(program, Setting.LISTENING, false));
        List<Sent> with = oneByOne(houses.sentBy(program, Setting.LISTENING, true));
        assertThat(Added.to(without, with).others()).isEmpty();
    }

    static Stream<Program> removals() {
        return Stream.concat(Programs.removals(), Programs.cascades());
    }

    private static List<Sent> oneByOne(List<Sent> statements) {
        return statements.stream()
                .flatMap(sent -> Stream.generate(() -> new Sent(sent.text(), 0)).limit(Math.max(1, sent.batch())))
                .toList();
    }

    /** A named exception: to be told of DELETEs costs Hibernate the way in which it deletes without loading. */
    @ParameterizedTest
    @MethodSource("removalsByReference")
    void whatIsRemovedByAReferenceIsLoaded(Program program) {
        List<Sent> without = houses.sentBy(program, Setting.PLAIN, false);
        List<Sent> with = houses.sentBy(program, Setting.PLAIN, true);
        assertThat(Added.to(without, with)).isEqualTo(program.added());
    }

    static Stream<Program> removalsByReference() {
        return Programs.removalsByReference();
    }

    /** Otherwise it would read an old counter. This is the one case in which statements of Hibernate change places. */
    @Test
    void aQueryThatReadsACounterFlushesTheChildrenFirst() {
        Program query = Program.of("query the parents in between", Added.counts(1), session -> {
            Post post = session.getReference(Post.class, 1L);
            session.persist(Site.child(new Comment(), 100, post));
            assertThat(Programs.first(1, Post.class, session)).hasSize(1);
        });
        List<Sent> without = houses.sentBy(query, Setting.PLAIN, false);
        List<Sent> with = Added.withoutLocksOfParents(houses.sentBy(query, Setting.PLAIN, true));
        assertThat(without).hasSize(2);
        assertThat(with).hasSize(3);
        Sent select = without.get(0);
        Sent insert = without.get(1);
        assertThat(with.get(0)).isEqualTo(insert);
        assertThat(Added.isCount(with.get(1))).isTrue();
        assertThat(with.get(2)).isEqualTo(select);
    }
}
