-- CreateTable
CREATE TABLE "transaction_marks" (
    "id" UUID NOT NULL,
    "mark" BIGINT NOT NULL,
    "marked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "transaction_marks_pkey" PRIMARY KEY ("id")
);
