package io.countercache.hibernate.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.countercache.CounterMappingException;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.CounterSchema;
import io.countercache.hibernate.internal.schema.SchemaCheck;
import io.countercache.hibernate.schema.Gazette.Article;
import io.countercache.hibernate.schema.Gazette.Author;
import io.countercache.hibernate.schema.Gazette.Comment;
import io.countercache.hibernate.support.LogMessages;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import java.util.List;
import org.hibernate.cfg.Configuration;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is found where the live schema does not fit the counters. */
class SchemaCheckTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Gazette.entities());

    private List<String> problems() {
        return CounterSchema.of(db.factory()).problems();
    }

    private void key(String table, String column, String target, String end) {
        LiveKeys.change(db, table, column, target, end);
    }

    private List<String> boot(String mode) {
        Configuration configuration = db.configuration().setProperty(CounterCacheSettings.CHECK_SCHEMA, mode);
        configuration.setProperty("hibernate.hbm2ddl.auto", "none");
        try (LogMessages log = new LogMessages(SchemaCheck.class.getName());
                var factory = configuration.buildSessionFactory()) {
            assertThat(factory.isOpen()).isTrue();
            return log.texts();
        }
    }

    @Test
    void theSchemaThatHibernateCreatesFits() {
        assertThat(problems()).isEmpty();
    }

    // ---- foreign keys ----

    private static final String CASCADE =
            "Comment.article: the foreign key comment(article_id) is ON DELETE CASCADE in the database and not in the mapping, so that nobody counts what goes with a row of article: put @OnDelete(action = OnDeleteAction.CASCADE) on Comment.article, or take it out of the foreign key";

    @Test
    void aCascadeThatIsOnlyInTheSchemaIsFoundWithTheAnnotationThatMendsIt() {
        key("comment", "article_id", "article", "on delete cascade");
        assertThat(problems()).containsExactly(CASCADE);
    }

    @Test
    void aCascadeToRowsThatCascadeOnIsFound() {
        key("author", "publisher_id", "publisher", "on delete cascade");
        assertThat(problems())
                .containsExactly(
                        "Author.publisher: the foreign key author(publisher_id) is ON DELETE CASCADE in the database and not in the mapping, so that nobody counts what goes with a row of publisher: put @OnDelete(action = OnDeleteAction.CASCADE) on Author.publisher, or take it out of the foreign key");
    }

    @Test
    void aCascadeThatIsOnlyInTheMappingIsFound() {
        key("comment", "author_id", "author", "");
        assertThat(problems())
                .containsExactly(
                        "Comment.author: the mapping has @OnDelete(action = OnDeleteAction.CASCADE), but the foreign key comment(author_id) is ON DELETE NO ACTION in the database: alter the foreign key, or remove the annotation");
        key("comment", "author_id", "author", null);
        assertThat(problems())
                .anyMatch(
                        problem -> problem.startsWith(
                                "Comment.author: the mapping has @OnDelete(action = OnDeleteAction.CASCADE), but comment(author_id) has no foreign key"));
    }

    @Test
    void aCascadeOfAJoinTableIsFoundWhereItTakesElementsAndNotWhereTheCounterGoes() {
        key("article_tag", "article_id", "article", "on delete cascade");
        assertThat(problems()).isEmpty();
        key("article_tag", "tag_id", "tag", "on delete cascade");
        assertThat(problems())
                .singleElement()
                .asString()
                .startsWith("Article.tags: the foreign key article_tag(tag_id) is ON DELETE CASCADE in the database")
                .endsWith(
                        ": put @OnDelete(action = OnDeleteAction.CASCADE) on a @ManyToMany(mappedBy = \"tags\") in Tag, or take it out of the foreign key");
    }

    @Test
    void aKeyThatIsSetToNullMattersNotWhereItsParentIsGone() {
        key("comment", "article_id", "article", "on delete set null");
        assertThat(problems()).isEmpty();
    }

    // ---- columns ----

    @Test
    void aMissingColumnIsFound() {
        db.execute("alter table article drop column views");
        assertThat(problems())
                .containsExactly(
                        "Article.views: the table article has no column views: add it, not null default 0, and repair the counter");
    }

    @Test
    void aColumnThatFillsTextsUpIsFound() {
        LiveKeys.retype(db, "comment", "status", "char(8)");
        assertThat(problems())
                .singleElement()
                .asString()
                .startsWith("Comment.status: the column comment.status of type "
                        + (TestServer.IS_PORTABLE ? "bpchar" : "char"))
                .endsWith(
                        " fills texts up with spaces, but 'where' compares them: declare it with @JdbcTypeCode(SqlTypes.CHAR), or make it a varchar");
    }

    @Test
    void aColumnThatIsOnlyAskedWhetherItIsNullMayBeOfAnyType() {
        LiveKeys.retype(db, "comment", "note", "char(8)");
        assertThat(problems()).isEmpty();
    }

    /** How a column of numeric(10,1) is told of; the driver has a name for the type alone. */
    private static final String DECIMAL =
            TestServer.IS_PORTABLE ? "numeric" : TestServer.IS_MARIADB ? "decimal(10" : "numeric(10";

    @Test
    void aColumnThatRoundsIsFound() {
        LiveKeys.retype(db, "comment", "weight", "numeric(10,1)");
        LiveKeys.retype(db, "comment", "fee", "numeric(10,1)");
        assertThat(problems())
                .satisfiesExactly(
                        fee -> assertThat(fee)
                                .startsWith("Comment.fee: the column comment.fee of type " + DECIMAL)
                                .endsWith(
                                        " keeps 1 digits after the point, and the mapping tells of 2, but totals are added up in memory: make it what the mapping says"),
                        weight -> assertThat(weight)
                                .startsWith("Comment.weight: the column comment.weight of type " + DECIMAL)
                                .endsWith(
                                        " does not keep all digits of a double, but totals are added up in memory: make it what the mapping says"));
    }

    @Test
    void aTotalWithFewerDigitsThanWhatItTotalsIsFound() {
        LiveKeys.retype(db, "comment", "fee", "numeric(12,4)");
        assertThat(problems())
                .containsExactly(
                        "Article.paid: the column article.paid keeps fewer digits than comment.fee, which it totals: give it as many");
    }

    @Test
    @Tag("postgresql") // H2 has an index for every foreign key
    void aMissingIndexIsFoundAndALongerOneIsEnough() {
        String index = db.text(
                "select indexname from pg_indexes where schemaname = current_schema and indexdef like '%(article_id)' and tablename = 'comment'");
        db.execute("drop index " + index);
        String missing =
                "Comment.article: no index begins with article_id of comment, so that a recount of one row reads the whole table: create one";
        assertThat(problems()).containsExactly(missing);
        db.execute("create index partial on comment (article_id) where status = 'OPEN'");
        assertThat(problems()).containsExactly(missing);
        db.execute("create index longer on comment (article_id, status)");
        assertThat(problems()).isEmpty();
    }

    @Test
    @Tag("postgresql")
    void aCollationThatTakesDifferentTextsForEqualIsFound() {
        db.execute("create collation ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
        db.execute("alter table comment alter column status set data type text collate ci");
        assertThat(problems())
                .containsExactly(
                        "Comment.status: the column comment.status of type text has the collation ci, which takes different texts for equal, but 'where' compares all characters: give it another one");
    }

    @Test
    void aColumnThatIgnoresCaseIsFoundOnH2() {
        assumeTrue(TestServer.IS_H2, "only H2 has columns that ignore case");
        db.execute("alter table comment alter column status set data type varchar_ignorecase(20)");
        assertThat(problems()).singleElement().asString().contains("compares texts without case");
    }

    @Test
    void aCollationThatIgnoresCaseOrBlanksAtTheEndIsFoundOnMariaDb() {
        assumeTrue(TestServer.IS_MARIADB, "only there columns have such collations unless somebody asks for them");
        for (String collation : List.of("utf8mb4_general_ci", "utf8mb4_bin")) {
            db.execute("alter table comment modify column status varchar(20) collate " + collation);
            assertThat(problems())
                    .containsExactly(
                            "Comment.status: the column comment.status of type varchar(20) has the collation "
                                    + collation
                                    + ", which takes different texts for equal, but 'where' compares all characters: give it another one");
        }
        db.execute("alter table comment modify column status varchar(20) collate utf8mb4_nopad_bin");
        assertThat(problems()).isEmpty();
    }

    @Test
    void aTableWithoutTransactionsIsFoundOnMariaDb() {
        assumeTrue(TestServer.IS_MARIADB, "only there tables are without transactions");
        db.execute("alter table comment drop foreign key " + LiveKeys.name(db, "comment", "article_id"));
        db.execute("alter table comment drop foreign key " + LiveKeys.name(db, "comment", "author_id"));
        db.execute("alter table comment engine = Aria");
        assertThat(problems())
                .contains(
                        "the table comment is stored by Aria, which has no transactions, so that a rollback leaves what was counted: alter it to engine = InnoDB");
        db.execute("alter table comment engine = InnoDB");
    }

    @Test
    @Tag("postgresql")
    void aRuleOfATableIsFound() {
        db.execute("create rule keep as on delete to comment do instead nothing");
        assertThat(problems())
                .containsExactly(
                        "the table comment has the rule keep, which may turn a statement into another one, so that a counter is not what the statements say: use a trigger instead");
    }

    @Test
    @Tag("postgresql")
    void rowLevelSecurityIsFoundIfItBindsTheUser() {
        db.execute("alter table article enable row level security");
        assertThat(problems()).isEmpty(); // of the owner
        String role = "limited_" + db.text("select current_schema");
        db.execute("create role " + role);
        try {
            db.execute("grant usage on schema " + db.text("select current_schema") + " to " + role);
            db.execute("grant all on all tables in schema " + db.text("select current_schema") + " to " + role);
            HikariConfig config = new HikariConfig();
            db.connections().copyStateTo(config);
            config.setConnectionInitSql("set role " + role);
            Configuration configuration = db.configuration().setProperty("hibernate.hbm2ddl.auto", "none");
            try (HikariDataSource limited = new HikariDataSource(config)) {
                configuration.getProperties().put("hibernate.connection.datasource", limited);
                try (var factory = configuration.buildSessionFactory()) {
                    assertThat(CounterSchema.of(factory).problems())
                            .containsExactly(
                                    "the table article has row level security that binds the user " + role
                                            + ", so that counters are counted among the rows that it shows, and not written in others: connect as a role with BYPASSRLS, or let its policies show all rows");
                }
            }
        } finally {
            db.execute("drop owned by " + role);
            db.execute("drop role " + role);
        }
    }

    @Test
    void aBootWithoutAConnectionSaysSo() {
        Configuration configuration = db.configuration().setProperty("hibernate.hbm2ddl.auto", "none");
        configuration.setProperty("hibernate.boot.allow_jdbc_metadata_access", "false");
        configuration.setProperty(
                "hibernate.dialect",
                db.factory()
                        .unwrap(SessionFactoryImplementor.class)
                        .getJdbcServices()
                        .getDialect()
                        .getClass()
                        .getName());
        try (LogMessages log = new LogMessages(SchemaCheck.class.getName());
                var factory = configuration.buildSessionFactory()) {
            assertThat(factory.isOpen()).isTrue();
            assertThat(log.texts())
                    .containsExactly("The schema was not checked: hibernate.boot.allow_jdbc_metadata_access is false");
        }
    }

    // ---- the setting ----

    @Test
    void aBootWarnsOnceOfEverything() {
        assumeFalse(TestServer.IS_PORTABLE, "the driver does not tell of defaults");
        db.execute("alter table author alter column comments_count drop default");
        key("comment", "article_id", "article", "on delete cascade");
        db.execute("alter table article drop column views");
        assertThat(boot("warn"))
                .containsExactly(
                        "Columns of counters:%n  - Author.commentsCount: the column author.comments_count may be null and has no default: null counts as 0, but 'not null default 0' tells others, too"
                                .formatted(),
                        ("The schema does not fit the counters:%n  - Article.views: the table article has no column views: add it, not null default 0, and repair the counter%n  - "
                                        + CASCADE)
                                .formatted());
    }

    @Test
    void aBootFailsIfThatIsWanted() {
        assertThat(boot("fail")).isEmpty();
        key("comment", "article_id", "article", "on delete cascade");
        assertThatThrownBy(() -> boot("fail"))
                .isInstanceOf(CounterMappingException.class)
                .hasMessage(
                        "Cannot start: the schema does not fit the counters, and hibernate.counter_cache.check_schema is fail%n  - %s"
                                .formatted(CASCADE));
    }

    @Test
    void aBootLooksAtNothingIfThatIsWanted() {
        key("comment", "article_id", "article", "on delete cascade");
        assertThat(boot("off")).isEmpty();
        assertThat(problems()).containsExactly(CASCADE);
    }

    @Test
    void aBootBeforeThereAreTablesSaysSo() {
        db.execute(
                TestServer.IS_H2
                        ? "drop all objects"
                        : "drop table article_tag, comment, article, author, publisher, tag");
        assertThat(boot("warn")).containsExactly("The schema was not checked: none of its tables is there yet");
        db.factory().getSchemaManager().exportMappedObjects(false);
    }

    @Test
    void aVerificationTellsOfTheSchemaToo() {
        key("comment", "article_id", "article", "on delete cascade");
        assertThat(CounterRepair.verifyAll(db.factory()).schemaProblems()).containsExactly(CASCADE);
        assertThat(CounterRepair.of(db.factory(), Article.class).verify().schemaProblems())
                .containsExactly(CASCADE);
        assertThat(CounterRepair.verifyAll(db.factory()).isClean()).isTrue();
    }

    @Test
    void aCascadeThatTheMappingHasIsCounted() {
        Article article = db.persist(new Article(1));
        Author author = db.persist(new Author(1));
        db.persist(new Comment(1, article, author));
        db.inTransaction(session -> session.remove(session.find(Author.class, 1L)));
        assertThat(db.number("select comments_count from article")).isZero();
    }
}
