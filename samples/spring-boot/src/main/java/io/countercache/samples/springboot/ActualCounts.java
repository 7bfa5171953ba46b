package io.countercache.samples.springboot;

/** What the rows of one post come to, whatever is stored in it. */
record ActualCounts(Long post, long comments, long tags) {}
