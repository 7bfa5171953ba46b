package io.countercache.samples.benchmark;

import com.zaxxer.hikari.HikariConfig;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.mariadb.jdbc.Configuration;
import org.mariadb.jdbc.util.ConfigurableSocketFactory;

/**
 * A network between the application and its database: the {@code socketFactory} of a connection, whose sockets hold each
 * message back for half of a round trip, on its way there and on its way back.
 *
 * <p>The thread that waits for the answer does that itself. A relay between the two would do the same with two threads more
 * for each connection, and three times the processor time for a message: with 32 connections on two processors it would be
 * the relay that is measured. Fits messages that go in one piece, which are those of less than 8 kB.
 */
public final class Network extends ConfigurableSocketFactory {

    private static final String MICROS = "socketFactoryArg";

    /** So much later than it asked for does Linux wake a thread up. */
    private static final long TIMER_SLACK_NANOS = 50_000;

    private long oneWayNanos;

    /**
     * Is called by the driver of PostgreSQL.
     *
     * @param micros there and back: the {@code socketFactoryArg}
     */
    public Network(String micros) {
        this.oneWayNanos = oneWayNanos(micros);
    }

    /** Is called by the driver of MariaDB, and then {@link #setConfiguration}. */
    public Network() {}

    @Override
    public void setConfiguration(Configuration configuration, String host) {
        oneWayNanos = oneWayNanos(configuration.nonMappedOptions().getProperty(MICROS));
    }

    private static long oneWayNanos(String micros) {
        return TimeUnit.MICROSECONDS.toNanos(Long.parseLong(micros)) / 2;
    }

    /** Sets the connections of a pool up to go through one of so many microseconds there and back. */
    static void addTo(HikariConfig config, int micros) {
        config.addDataSourceProperty("socketFactory", Network.class.getName());
        config.addDataSourceProperty(MICROS, Integer.toString(micros));
    }

    @Override
    public Socket createSocket() {
        return new Socket() {
            @Override
            public InputStream getInputStream() throws IOException {
                return new FilterInputStream(super.getInputStream()) {
                    @Override
                    public int read(byte[] bytes, int offset, int length) throws IOException {
                        int read = in.read(bytes, offset, length);
                        hold();
                        return read;
                    }
                };
            }

            @Override
            public OutputStream getOutputStream() throws IOException {
                return new FilterOutputStream(super.getOutputStream()) {
                    @Override
                    public void write(byte[] bytes, int offset, int length) throws IOException {
                        hold();
                        out.write(bytes, offset, length);
                    }
                };
            }
        };
    }

    private void hold() {
        long end = System.nanoTime() + oneWayNanos;
        // again if something else has woken the thread up
        for (long left = oneWayNanos; left > TIMER_SLACK_NANOS; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left - TIMER_SLACK_NANOS);
        }
    }

    @Override
    public Socket createSocket(String host, int port) {
        throw notByTheDriver();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress from, int fromPort) {
        throw notByTheDriver();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
        throw notByTheDriver();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort) {
        throw notByTheDriver();
    }

    private static UnsupportedOperationException notByTheDriver() {
        return new UnsupportedOperationException("the drivers connect their sockets themselves");
    }
}
