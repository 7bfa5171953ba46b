package io.countercache.samples.benchmark;

import static java.util.Objects.requireNonNull;

import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.hibernate.Session;
import org.hibernate.cfg.Configuration;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.JedisPooled;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * A server of the Redis that is installed on this machine, and what counts in it. It keeps nothing on disk, as which it is fastest.
 */
final class Redis implements Closeable {

    static final String HOW_TO_INSTALL = "Redis is not installed: apt-get install redis-server, or brew install redis";

    private static final String SERVER = "redis-server";
    private static final String CLIENT = "benchmark.redis";

    private final int port = InstalledServer.freePort();
    private final InstalledServer server;
    private final Map<Integer, UnifiedJedis> clients = new ConcurrentHashMap<>();

    Redis() throws IOException {
        Path directory = Files.createTempDirectory("benchmark-redis");
        List<String> command = List.of(
                InstalledServer.program(SERVER, HOW_TO_INSTALL),
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--dir",
                directory.toString(),
                "--save",
                "",
                "--appendonly",
                "no");
        server = new InstalledServer(command, port, directory);
    }

    static boolean isInstalled() {
        return InstalledServer.isInstalled(SERVER);
    }

    /** A pool of connections through that network. */
    UnifiedJedis client(int network) {
        return clients.computeIfAbsent(network, this::connect);
    }

    private UnifiedJedis connect(int network) {
        GenericObjectPoolConfig<Connection> pool = new GenericObjectPoolConfig<>();
        pool.setMaxTotal(Server.CONNECTIONS);
        pool.setMaxIdle(Server.CONNECTIONS);
        return new JedisPooled(
                pool, () -> socket(network), DefaultJedisClientConfig.builder().build());
    }

    private Socket socket(int network) {
        Socket socket = network == 0 ? new Socket() : new Network(Integer.toString(network)).createSocket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return socket;
        } catch (IOException e) {
            throw new JedisConnectionException(e);
        }
    }

    /** Lets the sessions of a factory {@link #count}. */
    void addTo(Configuration configuration, int network) {
        configuration.getProperties().put(CLIENT, client(network));
    }

    static String key(long post) {
        return "post:" + post + ":comments";
    }

    /** Counts when the session's transaction is committed, as whoever does not want to count what is rolled back. */
    static void count(Session session, long post, int by) {
        UnifiedJedis client = (UnifiedJedis)
                requireNonNull(session.getSessionFactory().getProperties().get(CLIENT));
        session.getTransaction().registerSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {}

            @Override
            public void afterCompletion(int status) {
                if (status == Status.STATUS_COMMITTED) {
                    client.incrBy(key(post), by);
                }
            }
        });
    }

    @Override
    public void close() throws IOException {
        clients.values().forEach(UnifiedJedis::close);
        server.close();
    }
}
