package io.countercache.samples.blog;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.AvailableSettings;
import org.hibernate.cfg.Configuration;

/** The steps, in their order. None of them assigns a count. */
public final class Blog {

    private final SessionFactory factory;
    private final CounterUpdates counterUpdates;
    private final Post apples = new Post("Apples");
    private final Post pears = new Post("Pears");
    private final Post plums = new Post("Plums");
    private final List<Post> posts = List.of(apples, pears, plums, new Post("Quinces"), new Post("Cherries"));

    private Blog(SessionFactory factory, CounterUpdates counterUpdates) {
        this.factory = factory;
        this.counterUpdates = counterUpdates;
    }

    public static void main(String[] args) throws Exception {
        CounterUpdates counterUpdates = new CounterUpdates();
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start();
                SessionFactory factory = hibernate(counterUpdates.watch(postgres.getPostgresDatabase()))) {
            new Blog(factory, counterUpdates).goThroughAllSteps();
            compare(postgres.getPostgresDatabase());
        }
    }

    /** Nothing here is about counters: Hibernate finds the library on the class path. */
    private static SessionFactory hibernate(DataSource database) {
        Configuration configuration = new Configuration();
        configuration.addAnnotatedClass(Post.class).addAnnotatedClass(Comment.class);
        configuration.getProperties().put(AvailableSettings.JAKARTA_NON_JTA_DATASOURCE, database);
        configuration.setProperty(AvailableSettings.HBM2DDL_AUTO, "create");
        return configuration.buildSessionFactory();
    }

    private void goThroughAllSteps() throws Exception {
        factory.inTransaction(session -> posts.forEach(session::persist));
        addComments();
        moveAComment();
        letACrowdComment();
        saveAStalePost();
    }

    private void addComments() {
        headline("1. One transaction adds three comments to Apples and two to Pears  [amount, id of the post]");
        factory.inTransaction(session -> Stream.of(pears, apples, apples, pears, apples)
                .map(Comment::new)
                .forEach(session::persist));
        printCounterUpdates();
    }

    private void moveAComment() {
        headline("2. A comment moves from Apples to Plums");
        factory.inTransaction(session -> {
            Comment comment = session.createSelectionQuery("from Comment where post = :post", Comment.class)
                    .setParameter("post", apples)
                    .setMaxResults(1)
                    .getSingleResult();
            comment.post = plums;
        });
        printCounterUpdates();
    }

    private void letACrowdComment() throws Exception {
        headline("3. %d threads run %d transactions; each removes up to %d comments and adds %d, on any posts"
                .formatted(Crowd.THREADS, Crowd.TRANSACTIONS, Crowd.REMOVED, Crowd.ADDED));
        int committed = new Crowd(factory, posts).comment();
        print("%d committed; %d rolled back, because another had removed the same comment"
                .formatted(committed, Crowd.TRANSACTIONS - committed));
        print("%d counter UPDATEs sent".formatted(counterUpdates.take().size()));
    }

    private void saveAStalePost() {
        headline("4. A post is loaded, others comment on it, then it is saved with a new title and the old count");
        Post stale = load(pears);
        print("loaded: " + stale);
        factory.inTransaction(session -> {
            session.persist(new Comment(pears));
            session.persist(new Comment(pears));
        });
        printCounterUpdates();
        stale.title = "Pears, revised";
        print("saved:  " + stale);
        factory.inTransaction(session -> session.merge(stale));
        printCounterUpdates();
        print("stored: " + load(pears));
    }

    private Post load(Post post) {
        return factory.fromTransaction(session -> session.find(Post.class, post.id));
    }

    private static void compare(DataSource database) throws Exception {
        headline("What is stored in each post, and the actual count of its comments");
        ClosingTable table = ClosingTable.read(database);
        table.print();
        if (!table.isRight()) {
            throw new IllegalStateException("A stored count is not the actual one");
        }
    }

    private void printCounterUpdates() {
        counterUpdates.take().forEach(Blog::print);
    }

    private static void headline(String text) {
        System.out.printf("%n%s%n", text);
    }

    private static void print(String text) {
        System.out.println("   " + text);
    }
}
