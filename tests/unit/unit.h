/*
 * What every unit test program begins with: libcheck, and the main function
 * that runs one suite and tells by its status whether all of it passed.
 */
#ifndef UNIT_H
#define UNIT_H

#include <check.h>
#include <stdlib.h>

#define UNIT_MAIN(suite_fn)						\
	int								\
	main(void)							\
	{								\
		SRunner *runner;					\
		int failed;						\
									\
		runner = srunner_create(suite_fn());			\
		srunner_run_all(runner, CK_ENV);			\
		failed = srunner_ntests_failed(runner);			\
		srunner_free(runner);					\
		return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;	\
	}

#endif
