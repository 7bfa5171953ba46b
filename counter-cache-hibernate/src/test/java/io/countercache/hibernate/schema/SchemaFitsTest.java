package io.countercache.hibernate.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.CounterSchema;
import io.countercache.hibernate.internal.schema.SchemaCheck;
import io.countercache.hibernate.support.Boot;
import io.countercache.hibernate.support.HibernateServices;
import io.countercache.hibernate.support.LogMessages;
import io.countercache.hibernate.support.SnakeCase;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.CascadeType;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.JoinTable;
import jakarta.persistence.Lob;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.Table;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.hibernate.annotations.OnDelete;
import org.hibernate.annotations.OnDeleteAction;
import org.hibernate.annotations.SQLRestriction;
import org.hibernate.annotations.SoftDelete;
import org.hibernate.annotations.Synchronize;
import org.hibernate.cfg.Configuration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What looks as if a live schema did not fit the counters, and does, or is mended in another place. */
class SchemaFitsTest {

    @Entity(name = "Company")
    static class Company {
        @Id
        Long id;
    }

    @Entity(name = "Editor")
    static class Editor {
        @Id
        Long id;

        @ManyToOne
        @OnDelete(action = OnDeleteAction.CASCADE)
        Company company;
    }

    @Entity(name = "Writer")
    static class Writer {
        @Id
        Long id;

        @OneToMany(mappedBy = "writer", cascade = CascadeType.REMOVE)
        Set<Remark> remarks = new HashSet<>();
    }

    @Entity(name = "Label")
    static class Label {
        @Id
        Long id;

        @ManyToMany(mappedBy = "labels")
        @CounterCache
        Set<Essay> essays = new HashSet<>();

        int essaysCount;

        Label() {}

        Label(long id) {
            this.id = id;
        }
    }

    @Entity(name = "Essay")
    static class Essay {
        @Id
        Long id;

        @ManyToOne
        Writer writer;

        @ManyToMany
        @JoinTable(
                name = "essay_label",
                joinColumns = @JoinColumn(name = "essay_id"),
                inverseJoinColumns = @JoinColumn(name = "label_id"))
        @CounterCache
        Set<Label> labels = new HashSet<>();

        int labelsCount;
        int remarksCount;
        int draftsCount;
        int blurbsCount;

        Essay() {}

        Essay(long id) {
            this.id = id;
        }
    }

    @Entity(name = "Remark")
    @Synchronize("audit")
    static class Remark {
        @Id
        Long id;

        @Lob
        String text;

        @Column(length = 1)
        String grade;

        @ManyToOne
        @CounterCache(where = "grade = 'A'")
        Essay essay;

        @ManyToOne
        @OnDelete(action = OnDeleteAction.CASCADE)
        Editor editor;

        @ManyToOne
        Writer writer;

        @ManyToOne
        Company company;
    }

    @Entity(name = "Draft")
    @SoftDelete
    static class Draft {
        @Id
        Long id;

        @ManyToOne
        @CounterCache
        Essay essay;
    }

    @Entity(name = "Blurb")
    @SQLRestriction("hidden = false")
    static class Blurb {
        @Id
        Long id;

        boolean hidden;

        @ManyToOne
        @CounterCache
        Essay essay;

        @ManyToOne
        Writer writer;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(
            Company.class,
            Editor.class,
            Writer.class,
            Label.class,
            Essay.class,
            Remark.class,
            Draft.class,
            Blurb.class);

    private List<String> problems() {
        return CounterSchema.of(db.factory()).problems();
    }

    /** Those that are not about indexes, which Hibernate does not create on PostgreSQL. */
    private List<String> keyProblems() {
        return problems().stream()
                .filter(problem -> !problem.contains("no index"))
                .toList();
    }

    private void key(String table, String column, String target, String end) {
        LiveKeys.change(db, table, column, target, end);
    }

    @Test
    void whatHibernateCreatesFitsAlsoWhereCascadesLeadToTablesWithoutCounters() {
        assertThat(keyProblems()).isEmpty();
    }

    // ---- foreign keys ----

    @Test
    void anAnnotationThatWouldBeRefusedIsNotAdvised() {
        key("blurb", "writer_id", "writer", "on delete cascade");
        assertThat(keyProblems())
                .containsExactly(
                        "Blurb.writer: the foreign key blurb(writer_id) is ON DELETE CASCADE in the database and not in the mapping, so that nobody counts what goes with a row of writer: take it out of the foreign key, because @OnDelete would be refused: a @SQLRestriction hides rows that are deleted");
    }

    @Test
    void rowsOfACollectionThatHibernateDeletesBeforeTheirOwnerAreCounted() {
        key("essay_label", "essay_id", "essay", "on delete cascade");
        assertThat(keyProblems()).isEmpty();
        Label label = db.persist(new Label(1));
        Essay essay = new Essay(1);
        essay.labels.add(label);
        db.persist(essay);
        assertThat(db.number("select essays_count from label")).isOne();
        db.inTransaction(session -> session.remove(session.find(Essay.class, essay.id)));
        assertThat(db.number("select essays_count from label")).isZero();
    }

    @Test
    void thoseWhoseOwnerTheDatabaseDeletesAreNot() {
        key("essay_label", "essay_id", "essay", "on delete cascade");
        key("essay", "writer_id", "writer", "on delete cascade");
        assertThat(keyProblems())
                .satisfiesExactlyInAnyOrder(
                        rows -> assertThat(rows)
                                .startsWith("Essay.labels: the foreign key essay_label(essay_id)")
                                .contains("put @OnDelete(action = OnDeleteAction.CASCADE) on Essay.labels"),
                        owner -> assertThat(owner).startsWith("Essay.writer: the foreign key essay(writer_id)"));
    }

    @Test
    void theKeyOfAnElementIsMendedOnTheOtherSide() {
        key("essay_label", "label_id", "label", "on delete cascade");
        assertThat(keyProblems())
                .containsExactly(
                        "Label.essays: the foreign key essay_label(label_id) is ON DELETE CASCADE in the database and not in the mapping, so that nobody counts what goes with a row of label: put @OnDelete(action = OnDeleteAction.CASCADE) on Label.essays, or take it out of the foreign key");
    }

    @Entity(name = "Essay")
    @Table(name = "essay")
    static class MendedEssay {
        @Id
        Long id;

        @ManyToMany
        @JoinTable(
                name = "essay_label",
                joinColumns = @JoinColumn(name = "essay_id"),
                inverseJoinColumns = @JoinColumn(name = "label_id"))
        @CounterCache
        Set<MendedLabel> labels = new HashSet<>();

        int labelsCount;
    }

    @Entity(name = "Label")
    @Table(name = "label")
    static class MendedLabel {
        @Id
        Long id;

        @ManyToMany(mappedBy = "labels")
        @OnDelete(action = OnDeleteAction.CASCADE)
        Set<MendedEssay> essays = new HashSet<>();
    }

    @Test
    void thatMendsItWhicheverSideHibernateReadsFirst() {
        key("essay_label", "label_id", "label", "on delete cascade");
        for (var entities :
                List.of(List.of(MendedEssay.class, MendedLabel.class), List.of(MendedLabel.class, MendedEssay.class))) {
            Configuration configuration = new Configuration(HibernateServices.registry());
            entities.forEach(configuration::addAnnotatedClass);
            configuration.setPhysicalNamingStrategy(new SnakeCase());
            configuration.getProperties().put("hibernate.connection.datasource", db.connections());
            configuration.setProperty("hibernate.flush.queue.type", "legacy");
            try (var factory = configuration.buildSessionFactory()) {
                assertThat(CounterSchema.of(factory).problems()).noneMatch(problem -> problem.contains("key"));
            }
        }
    }

    @Test
    void rowsThatASessionRemovesOneByOneAreMissedOnlyByBulkStatements() {
        key("remark", "writer_id", "writer", "on delete cascade");
        assertThat(keyProblems())
                .singleElement()
                .asString()
                .contains("so that nobody counts what goes with a row of writer that a bulk statement deletes: put");
    }

    @Test
    @Tag("postgresql")
    void aKeyToATableWithPartitionsIsOne() {
        key("editor", "company_id", "company", null);
        key("remark", "company_id", "company", null);
        db.execute("drop table company");
        db.execute("create table company (id bigint primary key) partition by range (id)");
        db.execute("create table company_1 partition of company for values from (0) to (100)");
        db.execute("alter table editor add foreign key (company_id) references company(id) on delete cascade");
        db.execute("alter table remark add foreign key (company_id) references company(id) on delete cascade");
        assertThat(keyProblems())
                .singleElement()
                .asString()
                .startsWith("Remark.company: the foreign key remark(company_id) is ON DELETE CASCADE")
                .contains("with a row of company:");
    }

    @Test
    void aViewHasNeitherKeysNorIndexes() {
        db.execute("alter table remark rename to remark_rows");
        db.execute("create view remark as select * from remark_rows");
        assertThat(problems()).noneMatch(problem -> problem.startsWith("Remark"));
    }

    // ---- columns, indexes and tables ----

    @Test
    void aTableThatAnEntityIsOnlySynchronizedWithHasNoCountedRows() {
        db.execute("create table audit (id int, company_id bigint references company(id) on delete cascade)");
        assertThat(keyProblems()).isEmpty();
    }

    @Test
    void aSingleCharacterIsNotFilledUp() {
        LiveKeys.retype(db, "remark", "grade", "char(1)");
        assertThat(keyProblems()).isEmpty();
    }

    @Test
    @Tag("postgresql")
    void anIndexOfSomeRowsIsEnoughWhereOnlySomeAreCounted() {
        assertThat(problems()).anyMatch(problem -> problem.startsWith("Draft.essay: no index"));
        assertThat(problems()).anyMatch(problem -> problem.startsWith("Remark.essay: no index"));
        db.execute("create index drafts on draft (essay_id) where not deleted");
        db.execute("create index remarks on remark (essay_id) where grade = 'A'");
        assertThat(problems()).noneMatch(problem -> problem.startsWith("Draft") || problem.startsWith("Remark"));
    }

    @Test
    @Tag("postgresql")
    void anIndexOfAllThatIsNotNullIsEnoughWhateverTheNameOfTheColumn() {
        db.execute("create index labels on essay_label (essay_id) where \"label_id\" is not null");
        db.execute("alter table essay_label add column \"a b\" int");
        db.execute("create index others on essay_label (label_id) where \"a b\" is not null");
        assertThat(problems())
                .noneMatch(problem -> problem.startsWith("Essay.labels") || problem.startsWith("Label.essays"));
    }

    @Test
    void tablesWithoutCountersDoNotMakeTheOthersMissing() {
        for (String table : List.of("blurb", "essay_label", "draft", "remark", "essay", "label", "writer")) {
            db.execute("drop table " + table);
        }
        Configuration configuration = db.configuration().setProperty("hibernate.hbm2ddl.auto", "none");
        try (LogMessages log = new LogMessages(SchemaCheck.class.getName());
                var factory = configuration.buildSessionFactory()) {
            assertThat(factory.isOpen()).isTrue();
            assertThat(log.texts()).containsExactly("The schema was not checked: none of its tables is there yet");
        }
        db.execute("drop table editor");
        db.execute("drop table company");
        db.factory().getSchemaManager().exportMappedObjects(false);
    }

    @Entity(name = "Picture")
    static class Picture {
        @Id
        Long id;

        @Column(columnDefinition = "blob(4294967295)")
        byte[] content;

        @ManyToOne
        @CounterCache
        Gallery gallery;
    }

    @Entity(name = "Gallery")
    static class Gallery {
        @Id
        Long id;

        int picturesCount;
    }

    @Test
    void aLargeObjectMayHaveALengthThatIsNoInt() {
        Boot.build(Picture.class, Gallery.class);
    }
}
