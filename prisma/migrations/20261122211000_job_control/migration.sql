-- AlterTable
ALTER TABLE "jobs" ADD COLUMN     "control_requested" TEXT;

